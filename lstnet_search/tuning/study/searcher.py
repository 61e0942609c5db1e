"""The searcher that Ray Tune asks for trials. It hands out the study's trials, and records their reports and ends."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from ray.tune.search import Searcher

from lstnet_search.config import Space, TrialConfig
from lstnet_search.results.study.records import Exploit
from lstnet_search.tuning.protocol import (
    CHECKPOINT,
    DIED,
    NODE,
    NUMBER,
    REPEAT_OF,
    SCORE,
    SETTINGS,
    START,
    STOPPED_BY_YOU,
)
from lstnet_search.tuning.ray_patches.optuna_trials import id_of, suggest
from lstnet_search.tuning.study.finite_space import FiniteSpace
from lstnet_search.tuning.study.race import Race, seed_of, settings_key
from lstnet_search.tuning.study.reports import report_from_result
from lstnet_search.tuning.study.study import (
    Study,
    distribution,
    exploits_of,
    has_settings,
    reports_of,
    settings_of,
)

FAILURES = 5
"""After this many failed trials in a row a search hands out no further ones."""


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
        seeds: int = 1,
        asked_to_stop: set[int] | None = None,
        keep_asking: bool = False,
    ) -> None:
        """Search a space.

        Args:
            study: a new study, or that of an earlier run of the same search.
            space: search space.
            base: settings that the space does not decide. Its weights are trial 0's.
            metric: metric that ranks the trials.
            seed: the search's seed. The list of seeds that all configurations are trained with is derived from it.
            trials: total number of trials, including those of earlier runs.
            max_concurrent: maximum number of trials at once. None is drawn earlier, so that draws use more results.
            last_checkpoint: returns the path of the checkpoint that an unfinished trial continues from, given its
                number and the step that the checkpoint must not exceed.
            starts: trials after trial 0, each as a draw and the settings that the draw stands for.
            objectives: metrics that the study maximises, taken at a trial's best report by `metric`. By default
                `metric` alone.
            seeds: the most seeds of a configuration. In a space without dimensions each start gets all of them.
            asked_to_stop: numbers of the trials that a user asks to stop; more may be added.
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
        self._points = FiniteSpace(space, lambda drawn: self._complete(drawn, {}, 0))
        self.asked_to_stop = set() if asked_to_stop is None else asked_to_stop
        """Numbers of the trials that a user has asked to stop."""
        self.ended_early = ""
        """Why the search ends before all trials have begun, as a clause; or empty."""
        self.gave_up = False
        """Whether it ends early because too many trials failed in a row."""
        self._failures = 0
        existing = study.trials()
        self.race = Race(seeds)
        """The search's configurations, and which is trained again."""
        for record in study.records():
            self.race.begin(record.number, record.settings, record.repeat_of)
            if record.state != "RUNNING":
                self.race.end(record.number, record.state, record.score(metric))
        if all(trial.state == TrialState.WAITING for trial in existing):  # new, or killed while these were added
            points: list[tuple[dict[str, Any], Any]] = [(space.point(base), base.weights), *starts]
            begin: list[tuple[dict[str, Any], dict[str, Any]]] = [(drawn, {START: each}) for drawn, each in points]
            if not space.dimensions:
                begin += [({}, {REPEAT_OF: number}) for _ in range(1, seeds) for number in range(len(points))]
            for drawn, attributes in begin[len(existing) :]:
                study.study.enqueue_trial(drawn, user_attrs=attributes)
        self._enqueued = sum(trial.state == TrialState.WAITING for trial in study.trials())
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
        trial = self._ask()
        if trial is None:
            if self._live and (self._keep_asking or self._to_ask > 0):
                return None
            return str(Searcher.FINISHED)  # type: ignore[return-value]  # the sentinel that Ray expects
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

    def _ask(self) -> optuna.Trial | None:
        """The next trial, without parameters yet; None if none is left, or none can be chosen until a trial ends."""
        if self._to_ask <= 0:
            return None
        if not self._enqueued:
            again = self.race.next()
            if again is None and self._points.all_known(self.race):
                again = self.race.next(only_repeats=True)
                if again is None:
                    if not self.race.running:
                        self._end_early(f"all {len(self.race.known)} points of the space are known")
                    return None
            if again is not None:
                self._study.study.enqueue_trial(self._study.trials()[again].params, user_attrs={REPEAT_OF: again})
                self._enqueued += 1
        self._to_ask -= 1
        self._enqueued = max(0, self._enqueued - 1)
        return self._study.study.ask()

    def _end_early(self, why: str) -> None:
        self.ended_early = why
        self._to_ask = 0
        self._unfinished.clear()

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
            if self._study.number(trial) in self.asked_to_stop:
                attributes["error"] = STOPPED_BY_YOU
            last = [reports[-1].metrics[self._ranked_by]] if len(self._objectives) == 1 else None
            self._end(study_id, TrialState.PRUNED, last, attributes)

    def _end(self, study_id: int, state: TrialState, values: list[float] | None, attributes: dict[str, Any]) -> None:
        self._study.finish(study_id, state, values, attributes)
        record = self._study.record(self._study.number(self._study.trial(study_id)))
        self.race.end(record.number, record.state, record.score(self._ranked_by))
        self._failures = self._failures + 1 if state == TrialState.FAIL else 0
        if self._failures == FAILURES and (self._to_ask or self._unfinished):
            self.gave_up = True
            self._end_early(f"{FAILURES} trials in a row failed, the last with: {record.error}")

    def _settings(self, trial: optuna.Trial) -> dict[str, Any]:
        """Draw a trial and return its complete settings, with the next seed of its configuration."""
        number, attributes = self._study.number(trial), trial.user_attrs
        drawn = self._space.draw(lambda name, bounds: suggest(trial, name, distribution(bounds)))
        repeat_of: int | None = attributes.get(REPEAT_OF)
        if repeat_of is not None:
            settings = settings_of(self._study.trials()[repeat_of])
        else:
            # Converting a draw back to settings can change the last bits, so a start's own settings take precedence.
            start = attributes.get(START, {})
            settings = self._complete(drawn, start, number)
            if "seed" not in start:  # trainings of a confirmation bring their own
                repeat_of = self.race.known.get(settings_key(settings))
                if repeat_of is not None and self.race.begun(repeat_of) >= self.race.seeds:
                    unknown = self._points.unknown(self.race, self._seed, number)
                    if unknown is not None:
                        self._study.redraw(trial, unknown)
                        settings, repeat_of = self._complete(unknown, {}, number), None
        if repeat_of is not None:
            trial.set_user_attr(REPEAT_OF, repeat_of)
            settings["seed"] = seed_of(self._seed, self.race.begun(repeat_of))
        self.race.begin(number, settings, repeat_of)
        return settings

    def _complete(self, drawn: Mapping[str, Any], start: Mapping[str, Any], number: int) -> dict[str, Any]:
        """The complete settings of a draw, with the first seed unless the start brings its own."""
        settings = {"seed": seed_of(self._seed, 0)} | self._space.complete(drawn) | dict(start)
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
        number = self._study.number(trial)
        configuration = self.race.configuration_of[number]
        repeat_of = None if configuration == number else configuration
        return {NUMBER: number, SETTINGS: settings, CHECKPOINT: checkpoint, REPEAT_OF: repeat_of}
