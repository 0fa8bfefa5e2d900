package dev.nxtsync.pull;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.tenant.Tenant;

/**
 * Reads pages of one table of one company: asks for each, also without its count if the server refuses that, judges the answer,
 * and has the server asked where a key seems to stand for several rows. Safe for any number of threads.
 *
 * @param told of each answer about keys
 */
record ScanReader(PullSource source, PullPlan plan, Tenant tenant, Ask ask, Consumer<Answer> told) {
    /** Sends a request for some selections. */
    interface Ask {
        /** @param what the purpose, as a name of the document */
        Answer of(String what, List<DocumentPart> parts, Map<String, PageReader> pages);
    }

    /**
     * A page to read.
     *
     * @param what the purpose, as a name of the document
     * @param parts of which {@code t0} is the page
     * @param reader takes its rows, and nothing of what it had before
     * @param after the key after which it is; empty at the beginning
     * @param suspects of its keys, those that may stand for several rows
     */
    record Wish(String what, List<DocumentPart> parts, PageReader reader, PageSize size, Optional<String> after,
            Function<PageBuffer, Collection<String>> suspects) {

        /** How many rows the page may have. */
        int rows() {
            return parts.stream().filter(part -> part.alias().equals("t0")).findFirst().orElseThrow().rows();
        }
    }

    /** What came of it. */
    sealed interface Reading {}

    /** The page, in which each key stands for one row. */
    record PageRead(Pages.Page page, Answer.Data answer) implements Reading {
        PageReader reader() {
            return page.reader();
        }
    }

    /** The page did not fit, and the next will be smaller. */
    record Smaller() implements Reading {}

    record PageRefused(Failure failure) implements Reading {}

    /** A key stands for several rows, or nobody can say. */
    record KeyNotUnique(Uniqueness.KeyVerdict verdict) implements Reading {}

    /** One for a turn of work, which gives way to others. */
    static ScanReader of(PullSource source, PullTurn turn) {
        PullPlan plan = turn.plan();
        return new ScanReader(source, plan, turn.claim().tenant(),
                (what, parts, pages) -> source.ask(turn.claim(),
                        Document.of(what + "_" + plan.table().name(), turn.claim().tenant(), true, parts), pages,
                        turn.report(), turn.progress()),
                turn.report()::request);
    }

    Reading page(Wish wish) {
        var asked = source.counting().page(plan, tenant, wish.parts(), wish.reader()::cleared,
                (some, pages) -> ask.of(wish.what(), some, pages));
        var result = Pages.judge(plan, asked.answer(), asked.reader(), wish.size(), wish.rows(), wish.after());
        if (result instanceof Pages.PageFailed failed) {
            return new PageRefused(failed.failure());
        }
        return result instanceof Pages.Page page ? proven(page, (Answer.Data) asked.answer(), wish) : new Smaller();
    }

    private Reading proven(Pages.Page page, Answer.Data answer, Wish wish) {
        var verdict = source.uniqueness().of(plan, tenant, wish.suspects().apply(page.reader().buffer()), told);
        return verdict instanceof Uniqueness.Unique ? new PageRead(page, answer) : new KeyNotUnique(verdict);
    }

    /** How many rows there are, and the highest change stamp, as they are now: what {@link Pages#census} reads. */
    Answer census(String what) {
        return source.counting().census(plan, tenant, parts -> ask.of(what, parts, Map.of()));
    }
}
