"""The searcher that Ray Tune asks for trials. It hands out the study's trials, and records their reports and ends."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from ray.tune.search import Searcher

from lstnet_search.config import Space, TrialConfig
from lstnet_search.results.study.records import Exploit
from lstnet_search.seeding import derive_seed
from lstnet_search.tuning.protocol import CHECKPOINT, DIED, NODE, NUMBER, SCORE, SETTINGS, START
from lstnet_search.tuning.ray_patches.optuna_trials import id_of, suggest
from lstnet_search.tuning.study.reports import report_from_result
from lstnet_search.tuning.study.study import (
    Study,
    distribution,
    exploits_of,
    has_settings,
    reports_of,
    settings_of,
)


class StudySearch(Searcher):
    """Suggestions from a study that outlives this process.

    Unlike Ray's `OptunaSearch`, it ends stopped trials as PRUNED with all their reports including the last, and failed
    trials as FAIL with the reason. Nothing is recorded twice. Trials that an earlier process left unfinished are handed
    out first, under their own numbers.
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
            study: a new study, or that of an earlier run of the same search.
            space: search space.
            base: settings that the space does not decide. Its weights are trial 0's.
            metric: metric that ranks the trials.
            seed: the search's seed. Each trial's own seed is derived from it. In a space without dimensions all trials
                share one seed.
            trials: total number of trials, including those of earlier runs.
            max_concurrent: maximum number of trials at once. Drawing no trial earlier lets each draw use more results.
            last_checkpoint: returns the path of the checkpoint that an unfinished trial continues from, given its
                number and the step that the checkpoint must not exceed.
            starts: trials after trial 0, each as a draw and the settings that the draw stands for.
            objectives: metrics that the study maximises, taken at a trial's best report by `metric`. By default
                `metric` alone.
            keep_asking: whether to let Ray expect more trials as long as any trial runs.
        """
        super().__init__(metric=SCORE, mode="max")
        self._study = study
        self._space = space
        self._base = base
        self._ranked_by = metric
        self._seed = seed
        self._max_concurrent = max_concurrent
        self._last_checkpoint = last_checkpoint
        self._objectives = objectives or (metric,)
        self._keep_asking = keep_asking
        existing = study.trials()
        if all(trial.state == TrialState.WAITING for trial in existing):  # new, or killed while these were added
            for drawn, settings in [(space.point(base), base.weights), *starts][len(existing) :]:
                study.study.enqueue_trial(drawn, user_attrs={START: settings})
        self._unfinished = [trial for trial in existing if trial.state == TrialState.RUNNING]
        self._to_ask = trials - sum(trial.state != TrialState.WAITING for trial in existing)
        self._live: dict[str, int] = {}
        """Ray's trial id -> the study's id of the trial."""
        self._held: Callable[[], bool] = lambda: False

    def hold_while(self, held: Callable[[], bool]) -> None:
        """Hand out no trial while a condition holds."""
        self._held = held

    def suggest(self, trial_id: str) -> dict[str, Any] | None:
        """Settings of the next trial, or None while enough trials run."""
        if len(self._live) >= self._max_concurrent or self._held():
            return None
        if self._unfinished:
            return self._hand_out_again(trial_id, self._unfinished.pop(0))
        if self._to_ask <= 0:
            if self._live and self._keep_asking:
                return None
            return str(Searcher.FINISHED)  # type: ignore[return-value]  # the sentinel that Ray expects
        self._to_ask -= 1
        trial = self._study.study.ask()
        with self._study.one_write():  # the draw and its settings
            return self._hand_out(trial_id, trial, self._settings(trial), None)

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Record a report after which the trial continues."""
        self._report(self._live[trial_id], result)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Record how a trial ended: COMPLETE at its last step, PRUNED before, or FAIL."""
        if trial_id in self._live:
            self._record_end(self._live[trial_id], result or {}, error)
            del self._live[trial_id]  # not before: an end that cannot be recorded is recorded when the trial ends again

    def on_exploit(self, trial_id: str, exploit: Exploit) -> None:
        """Record that a trial continues with another's network."""
        self._study.record_exploit(self._live[trial_id], exploit)

    def save(self, checkpoint_path: str) -> None:
        """Write an empty file: the study is on disk already."""
        Path(checkpoint_path).touch()

    def restore(self, checkpoint_path: str) -> None:
        """Refuse: a search resumes from its study, never from Ray's snapshot."""
        raise NotImplementedError("a search resumes from its study; use --resume")

    def __getstate__(self) -> dict[str, Any]:
        """Nothing, because Ray pickles this for a snapshot that is never read."""
        return {}

    def _report(self, study_id: int, result: dict[str, Any]) -> None:
        self._study.record_report(study_id, report_from_result(result), self._ranked_by)

    def _record_end(self, study_id: int, result: dict[str, Any], error: bool) -> None:
        attributes = {name: result[name] for name in ("peak_memory_mb", NODE) if name in result}
        reason = result.get("error") or (DIED if error else "")
        if reason:
            reports = reports_of(self._study.trial(study_id))
            attributes |= {"seconds": reports[-1].seconds if reports else 0.0, "error": reason}
            self._end(study_id, TrialState.FAIL, None, attributes)
            return
        if not result:  # stopped before its first report: it continues at the next resume
            return
        self._report(study_id, result)
        self._end_with_reports(study_id, attributes)

    def _end_with_reports(self, study_id: int, attributes: dict[str, Any]) -> None:
        """Record the end of a trial whose reports are all in the study."""
        trial = self._study.trial(study_id)
        reports = reports_of(trial)
        attributes = attributes | {"seconds": reports[-1].seconds}
        if reports[-1].step >= settings_of(trial)["steps"]:
            best = max(reversed(reports), key=lambda report: report.metrics[self._ranked_by])
            values = [best.metrics[name] for name in self._objectives]
            self._end(study_id, TrialState.COMPLETE, values, attributes)
        else:
            last = [reports[-1].metrics[self._ranked_by]] if len(self._objectives) == 1 else None
            self._end(study_id, TrialState.PRUNED, last, attributes)

    def _end(self, study_id: int, state: TrialState, values: list[float] | None, attributes: dict[str, Any]) -> None:
        self._study.finish(study_id, state, values, attributes)

    def _settings(self, trial: optuna.Trial) -> dict[str, Any]:
        drawn = self._space.draw(lambda name, bounds: suggest(trial, name, distribution(bounds)))
        number = self._study.number(trial)
        # Converting a draw back to settings can change the last bits, so a start's own settings take precedence.
        settings = self._space.complete(drawn) | trial.user_attrs.get(START, {})
        # If only points are searched, they are compared with each other, so they share a seed. Trainings of a
        # confirmation bring their own seeds.
        purpose = ("trial", number) if self._space.dimensions else ("points",)
        settings.setdefault("seed", derive_seed(self._seed, *purpose))
        return self._base.override(settings, f"trial {number}").model_dump(mode="json")

    def _hand_out_again(self, trial_id: str, unfinished: FrozenTrial) -> dict[str, Any]:
        trial = optuna.Trial(self._study.study, id_of(unfinished))
        if not has_settings(unfinished):
            return self._hand_out(trial_id, trial, self._settings(trial), None)
        exploits, settings = exploits_of(unfinished), settings_of(unfinished)
        # Not from a later step than the study knows, and not from the last step, because no report follows it.
        known = max([0, *(report.step for report in reports_of(unfinished)), *(exploit.step for exploit in exploits)])
        begun = unfinished.user_attrs.get("ray_trial_id")  # otherwise there is no checkpoint
        at_most = min(known, settings["steps"] - 1)
        checkpoint = self._last_checkpoint(self._study.number(unfinished), at_most) if begun else None
        config = self._hand_out(trial_id, trial, settings, checkpoint)
        return config if not exploits else config | {SETTINGS: config[SETTINGS] | exploits[-1].weights}

    def _hand_out(
        self, trial_id: str, trial: optuna.Trial, settings: dict[str, Any], checkpoint: str | None
    ) -> dict[str, Any]:
        self._study.record_settings(trial, settings, trial_id)
        self._live[trial_id] = id_of(trial)
        return {NUMBER: self._study.number(trial), SETTINGS: settings, CHECKPOINT: checkpoint}
