package dev.nxtsync.pull;

import java.util.Map;

import jakarta.inject.Singleton;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.jobs.CompanyAccess;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;

/** Business NXT, as pulls ask it. Safe for any number of threads. */
@Singleton
record PullSource(NxtClient nxt, CompanyAccess access, Uniqueness uniqueness, RowCounting counting, ReaderPlaces places,
        DocumentLength length) {
    /** Asks for rows in the course of a run, which counts the request. */
    Answer ask(Claim claim, Question question, Map<String, PageReader> readers, PullReport report, Progress progress) {
        Answer answer = nxt.ask(claim.connection(), question, readers);
        progress.made();
        report.request(answer);
        if (answer instanceof Answer.Data) {
            access.granted(claim);
        }
        return answer;
    }
}
