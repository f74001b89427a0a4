"""What ``list``, ``show`` and ``report`` read, from a service or from this machine's own store."""

from hpsearch.errors import NotFoundError
from hpsearch.report.compose import list_document, report_document
from hpsearch.report.documents import ListDocument, ReportDocument
from hpsearch.report.service_documents import TrialDetailDocument
from hpsearch.report.status import trial_detail
from hpsearch.settings import Settings
from hpsearch.stage import StageName
from hpsearch.storage import abandoned, open_store_to_look, study_called


def listed(settings: Settings, server: str | None, allow_http: bool) -> ListDocument:
    """All studies, newest first."""
    if url := server or settings.server_url:
        from hpsearch.cli.remote import connected, list_there

        with connected(settings, url, allow_http) as client:
            return list_there(client)
    with open_store_to_look(settings) as store:
        studies = store.studies()
        left = {study.id for study in studies if abandoned(store, study)}
        return list_document(studies, settings.database_shown, left)


def reported(settings: Settings, name: str | None, server: str | None, allow_http: bool) -> ReportDocument:
    """The report of a study, of the newest one without a name."""
    if url := server or settings.server_url:
        from hpsearch.cli.remote import connected, study_there

        with connected(settings, url, allow_http) as client:
            return client.report(study_there(client, name).id)
    with open_store_to_look(settings) as store:
        results = store.results(study_called(store, name).id)
        return report_document(results, settings.database_shown, abandoned(store, results.study))


def trial_of(
    settings: Settings, name: str | None, stage: StageName, number: int, server: str | None, allow_http: bool
) -> TrialDetailDocument:
    """One trial of a study, with its curves and what they say; raises NotFoundError if there is none."""
    if url := server or settings.server_url:
        from hpsearch.cli.remote import connected, study_there

        with connected(settings, url, allow_http) as client:
            return client.trial(study_there(client, name).id, stage, number)
    with open_store_to_look(settings) as store:
        results = store.results(study_called(store, name).id)
        found = next((trial for trial in results.of_stage(stage) if trial.number == number), None)
        if found is None:
            count = len(results.of_stage(stage))
            raise NotFoundError(f"{stage} has no trial {number}; it has {count}, numbered from 0. See --stage {stage}.")
        return trial_detail(found, results.study)


def web_page(settings: Settings, name: str | None, server: str | None, allow_http: bool) -> str:
    """The same report as a page of HTML, with the curves of the trials."""
    if url := server or settings.server_url:
        from hpsearch.cli.remote import connected, study_there

        with connected(settings, url, allow_http) as client:
            return client.report_text(study_there(client, name).id, "html")
    from hpsearch.report.html import html_report

    with open_store_to_look(settings) as store:
        results = store.results(study_called(store, name).id)
        return html_report(report_document(results, settings.database_shown, abandoned(store, results.study)), results)
