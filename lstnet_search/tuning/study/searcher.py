"""The searcher that Ray Tune asks: it hands out the study's trials and tells the study how they went."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from ray.tune.search import Searcher
from ray.tune.search.optuna import OptunaSearch

from lstnet_search.config import Space, TrialConfig
from lstnet_search.results.study.records import Exploit, ReportRecord
from lstnet_search.seeding import derive_seed
from lstnet_search.tuning.protocol import CHECKPOINT, DIED, METRICS, NODE, NUMBER, SCORE, SETTINGS, START
from lstnet_search.tuning.study.study import Study, distribution, exploits_of, reports_of, settings_of


class StudySearch(OptunaSearch):
    """Suggestions from a study that outlives this process.

    Differs from its base in what the study is told: stopped trials are PRUNED with all their
    reports, the last included; failed ones FAIL with the reason; nothing is told twice. Trials
    that an earlier process left unfinished are handed out again first, under their own numbers.
    """

    def __init__(
        self,
        study: Study,
        space: Space,
        base: TrialConfig,
        *,
        metric: str,
        seed: int,
        trials: int,
        max_concurrent: int,
        last_checkpoint: Callable[[int, int], str | None],
        starts: Sequence[tuple[dict[str, Any], dict[str, Any]]] = (),
        objectives: Sequence[str] = (),
        keep_asking: bool = False,
    ) -> None:
        """Search a space.

        Args:
            study: new, or of an earlier run of the same search.
            space: what is searched.
            base: settings that the space does not decide; its weights are trial 0's.
            metric: by which trials are ranked.
            seed: of the search; each trial trains with a seed of its own derived from it, points alone with one.
            trials: how many there are to be in the end.
            max_concurrent: trials at once. Asking no earlier lets each suggestion know more.
            last_checkpoint: path of what a trial of an earlier run goes on from, by number and the step that it
                must not be beyond.
            starts: of the trials after trial 0, each a draw and the settings that it stands for.
            objectives: metrics that the study maximises, of a trial's best report by `metric`; if none, that alone.
            keep_asking: while trials run, do not say that there are no more to come.
        """
        super().__init__(
            space=lambda trial: None,  # any: `suggest` draws, so that a draw can depend on what was drawn before
            metric=SCORE,
            mode="max",
            study_name=study.study.study_name,
            storage=study.storage,
            sampler=study.study.sampler,
        )
        self._truth = study
        self._search_space = space
        self._base = base
        self._maximised = metric
        self._search_seed = seed
        self._max_concurrent = max_concurrent
        self._last_checkpoint = last_checkpoint
        self._objectives = objectives or (metric,)
        self._keep_asking = keep_asking
        known = study.trials()
        if all(trial.state == TrialState.WAITING for trial in known):  # new, or it died while being begun
            for drawn, settings in [(space.point(base), base.weights), *starts][len(known) :]:
                study.study.enqueue_trial(drawn, user_attrs={START: settings})
        self._unfinished = [trial for trial in known if trial.state == TrialState.RUNNING]
        self._to_ask = trials - sum(trial.state != TrialState.WAITING for trial in known)
        self._live: dict[str, int] = {}
        """Ray's trial id -> the study's id of the trial."""
        self._held: Callable[[], bool] = lambda: False

    def hold_while(self, held: Callable[[], bool]) -> None:
        """Hand out nothing while a condition holds."""
        self._held = held

    def suggest(self, trial_id: str) -> dict[str, Any] | None:
        """Settings of the next trial; None while enough are running."""
        if len(self._live) >= self._max_concurrent or self._held():
            return None
        if self._unfinished:
            return self._hand_out_again(trial_id, self._unfinished.pop(0))
        if self._to_ask <= 0:
            if self._live and self._keep_asking:
                return None
            return str(Searcher.FINISHED)  # type: ignore[return-value]  # the sentinel that Ray expects
        self._to_ask -= 1
        trial = self._truth.study.ask()
        with self._truth.together():  # the draw and what is made of it
            return self._hand_out(trial_id, trial, self._settings(trial), None)

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Tell the study a report after which the trial goes on."""
        self._report(self._live[trial_id], result)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Tell the study how a trial ended: COMPLETE at its last step, PRUNED before, or FAIL."""
        if trial_id in self._live:
            self._tell_end(self._live[trial_id], result or {}, error)
            del self._live[trial_id]  # not before: what cannot be told now is told when the trial has ended again

    def _tell_end(self, study_id: int, result: dict[str, Any], error: bool) -> None:
        about = {name: result[name] for name in ("peak_memory_mb", NODE) if name in result}
        reason = result.get("error") or (DIED if error else "")
        if reason:
            reports = reports_of(self._truth.storage.get_trial(study_id))
            trained = {"seconds": reports[-1].seconds if reports else 0.0}
            self._end(study_id, TrialState.FAIL, None, about | trained | {"error": reason})
            return
        if not result:  # stopped before its first report: it goes on at the next resume
            return
        self._report(study_id, result)
        self._finish_reported(study_id, about)

    def save(self, checkpoint_path: str) -> None:
        """Write nothing of use: the study is on disk already."""
        Path(checkpoint_path).touch()

    def restore(self, checkpoint_path: str) -> None:
        """Refuse: a search goes on from its study, never from Ray's snapshot."""
        raise NotImplementedError("a search goes on from its study; use --resume")

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: Ray writes what it could restore a search from, which is never read."""
        return {}

    def _finish_reported(self, study_id: int, about: dict[str, Any]) -> None:
        """Tell the study how a trial ended whose reports it has."""
        trial = self._truth.storage.get_trial(study_id)
        reports = reports_of(trial)
        attributes = about | {"seconds": reports[-1].seconds}
        if reports[-1].step >= settings_of(trial)["steps"]:
            best = max(reversed(reports), key=lambda report: report.metrics[self._maximised])
            values = [best.metrics[name] for name in self._objectives]
            self._end(study_id, TrialState.COMPLETE, values, attributes)
        else:
            last = [reports[-1].metrics[self._maximised]] if len(self._objectives) == 1 else None
            self._end(study_id, TrialState.PRUNED, last, attributes)

    def _end(self, study_id: int, state: TrialState, values: list[float] | None, attributes: dict[str, Any]) -> None:
        self._truth.finish(study_id, state, values, attributes)

    def _settings(self, trial: optuna.Trial) -> dict[str, Any]:
        drawn = self._search_space.draw(lambda name, bounds: trial._suggest(name, distribution(bounds)))
        number = self._truth.number(trial)
        # What was asked for exactly may come back from a draw with other last bits.
        settings = self._search_space.complete(drawn) | trial.user_attrs.get(START, {})
        # Points alone are compared with each other, on one seed; but trainings of a confirmation have their own.
        purpose = ("trial", number) if self._search_space.dimensions else ("points",)
        settings.setdefault("seed", derive_seed(self._search_seed, *purpose))
        return self._base.override(settings, f"trial {number}").model_dump(mode="json")

    def _hand_out_again(self, trial_id: str, left: FrozenTrial) -> dict[str, Any]:
        trial = optuna.Trial(self._truth.study, left._trial_id)
        if SETTINGS not in left.system_attrs:  # it died while it was asked for
            return self._hand_out(trial_id, trial, self._settings(trial), None)
        exploits, settings = exploits_of(left), settings_of(left)
        # Not from beyond what the study was told, nor from the end: there is a report to come.
        told = max([0, *(report.step for report in reports_of(left)), *(exploit.step for exploit in exploits)])
        begun = left.user_attrs.get("ray_trial_id")  # else there is no checkpoint to look for
        at_most = min(told, settings["steps"] - 1)
        checkpoint = self._last_checkpoint(self._truth.number(left), at_most) if begun else None
        config = self._hand_out(trial_id, trial, settings, checkpoint)
        return config if not exploits else config | {SETTINGS: config[SETTINGS] | exploits[-1].weights}

    def on_exploit(self, trial_id: str, exploit: Exploit) -> None:
        """Tell the study that a trial goes on with another's network."""
        self._truth.exploit(self._live[trial_id], exploit)

    def _hand_out(
        self, trial_id: str, trial: optuna.Trial, settings: dict[str, Any], checkpoint: str | None
    ) -> dict[str, Any]:
        self._truth.give(trial, settings, trial_id)
        self._live[trial_id] = trial._trial_id
        return {
            NUMBER: self._truth.number(trial),
            SETTINGS: settings,
            CHECKPOINT: checkpoint,
        }

    def _report(self, study_id: int, result: dict[str, Any]) -> None:
        self._truth.report(study_id, report_of(result), self._maximised)


def report_of(result: dict[str, Any]) -> ReportRecord:
    """The report in one of Ray's results, which are full of other things."""
    prefix = f"{METRICS}/"
    metrics = {name.removeprefix(prefix): value for name, value in result.items() if name.startswith(prefix)}
    return ReportRecord(step=result["step"], seconds=result["seconds"], metrics=metrics)
