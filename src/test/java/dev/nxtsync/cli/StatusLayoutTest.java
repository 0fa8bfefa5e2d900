package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.nxtsync.signin.EncryptionKeys;
import dev.nxtsync.status.ConnectionStatus;
import dev.nxtsync.status.ShownFinding;
import dev.nxtsync.status.Status;
import dev.nxtsync.status.StatusTables;
import dev.nxtsync.status.StatusTables.KeySetAside;
import dev.nxtsync.status.StatusTables.PullRow;
import dev.nxtsync.status.StatusTables.PushRow;
import dev.nxtsync.status.StatusTables.ReplicaRow;
import dev.nxtsync.status.StatusTables.RunRow;
import dev.nxtsync.status.StatusTables.SignInRow;
import dev.nxtsync.status.StatusTables.UnitRow;

class StatusLayoutTest {
    private static final int WIDE = 1000;
    private static final Terminal PIPE = new Terminal(false, false);
    private static final Terminal TERMINAL = new Terminal(true, false);
    private static final String NOW = "2026-11-28T14:05:12.5Z";
    private static final String BEFORE = "2026-11-28T14:03:12Z";

    @Test
    void aProgramGetsALineForEachFactWithTimesInIso8601() {
        assertThat(StatusLayout.lines(status(), PIPE, WIDE)).containsExactly("There is trouble.",
                "PROBLEM    pull typo: There is no table ordr. (table_unknown); since 2026-11-28T14:03:12Z",
                "note       pull people: It waits. (unavailable); next attempt 2026-11-28T14:05:42Z", "daemons",
                "  one  alive  since 2026-11-28T14:03:12Z", "connections",
                "  main    one  token until 2026-11-28T14:05:42Z  12 of 540 requests a minute",
                "  person  one  sign in needed                    0 of 540 requests a minute", "sign-ins",
                "  person  Kari, refreshed 2026-11-28T14:03:12Z  until 2026-11-28T14:05:42Z", "encryption keys",
                "  ab  no. 1, the newest  needed by person",
                "  cd  not there          needed by nothing that is stored", "pulls",
                "  orders  5280001  ok       1 row     complete as of 2026-11-28T14:03:12Z",
                "  people  5280001  failing  300 rows  not complete yet                     load: 300 of 4000",
                "tables left out", "  whole  temp  key_unknown  The primary key of temp is not known.",
                "keys set aside", "  orders  5280001  {\"orderNo\": 7}  refused  next attempt 2026-11-28T14:05:42Z",
                "pushes", "  sales  1 dead, 2 in doubt", "under way",
                "  poll          5280001  on one since 2026-11-28T14:03:12Z",
                "  load  people  5280001  1 failure, next attempt 2026-11-28T14:05:42Z", "last runs",
                "  orders  5280001  poll  2026-11-28T14:03:12Z  ok         5 read, 4 written, 1 request",
                "  people  5280001  load  2026-11-28T14:03:12Z  throttled  0 read, 0 written, 2 requests");
    }

    @Test
    void aPersonGetsTheSameFactsApartAndTimesAsTheyAreTold() {
        assertThat(StatusLayout.lines(status(), TERMINAL, WIDE))
                .containsSequence("There is trouble.  2026-11-28 14:05:12 UTC",
                        "PROBLEM    pull typo: There is no table ordr. (table_unknown); since 2 min ago (14:03:12)",
                        "note       pull people: It waits. (unavailable); next attempt in 30 s (14:05:42)", "",
                        "daemons", "  one  alive  since 2 min ago (14:03:12)", "", "connections")
                .contains("  orders  5280001  ok       1 row     complete as of 2 min ago (14:03:12)",
                        "  main    one  token ends in 30 s (14:05:42)  12 of 540 requests a minute");
        String coloured = String.join("\n", StatusLayout.lines(status(), new Terminal(true, true), WIDE));
        assertThat(coloured).contains("\033[1;31mThere is trouble.\033[0m", "\033[1;31mPROBLEM\033[0m    pull typo",
                "\033[33mnote\033[0m       pull", "\033[1mdaemons\033[0m", "\033[32malive\033[0m",
                "\033[1;31m1 dead\033[0m");
        assertThat(coloured.replaceAll("\033\\[[0-9;]*m", "").lines().toList()).as("colours move nothing")
                .isEqualTo(StatusLayout.lines(status(), TERMINAL, WIDE));
    }

    @Test
    void withAClockThreeSecondsBehindNothingThatHasHappenedIsAheadAndWhatHasEndedIsNotGood() {
        var all = status();
        var main = new ConnectionStatus("main", "signed_in", "2026-11-28T14:03:00Z", null, "all",
                new ConnectionStatus.MinuteBudget(540, 12), "one");
        assertThat(StatusLayout.lines(
                new Status("2026-11-28T14:03:09Z", all.findings(), List.of(main), all.tables(), List.of()), TERMINAL,
                WIDE))
                .contains("  main  one  token ended 9 s ago (14:03:00)  12 of 540 requests a minute",
                        "  one  alive  since now (14:03:12)")
                .noneMatch(line -> line.contains("in 3 s"));
    }

    @Test
    void aLongListIsCutAndSaysSo() {
        var runs = IntStream.range(0, 12).mapToObj(each -> run("orders", "poll", "ok", 1)).toList();
        assertThat(StatusLayout.lines(
                new Status(NOW, List.of(), List.of(), Optional.of(tables(List.of(), runs)), List.of()), PIPE, WIDE))
                .hasSize(13).startsWith("All is well.", "last runs").endsWith("  and 2 more; GET /api/status has them");
    }

    private static Status status() {
        var budget = new ConnectionStatus.MinuteBudget(540, 12);
        return new Status(NOW,
                List.of(new ShownFinding("pull typo", "table_unknown", true, "There is no table ordr.", "", null,
                        BEFORE), new ShownFinding("pull people", "unavailable", false, "It waits.", "", after(), null)),
                List.of(new ConnectionStatus("main", "signed_in", after(), after(), "all", budget, "one"),
                        new ConnectionStatus("person", "sign_in_needed", null, null, "all",
                                new ConnectionStatus.MinuteBudget(540, 0), "one")),
                Optional.of(tables(
                        List.of(new PullRow("orders", 5280001, "ok", null, null, null, 0, 1, BEFORE, null, BEFORE, 120,
                                null, null, null, 0),
                                new PullRow("people", 5280001, "failing", "unavailable", "It waits.", null, 1, 300,
                                        BEFORE, after(), null, 0, "load", 300L, 4000L, 0)),
                        List.of(run("orders", "poll", "ok", 1), run("people", "load", "throttled", 2)))),
                List.of(new EncryptionKeys.Need("ab", OptionalInt.of(1), List.of("person")),
                        new EncryptionKeys.Need("cd", OptionalInt.empty(), List.of())));
    }

    private static String after() {
        return "2026-11-28T14:05:42Z";
    }

    private static RunRow run(String job, String kind, String outcome, int requests) {
        return new RunRow(1, job, 5280001, kind, BEFORE, BEFORE, outcome, outcome.equals("ok") ? 5 : 0,
                outcome.equals("ok") ? 4 : 0, 0, 0, requests, 0, null, null);
    }

    private static StatusTables tables(List<PullRow> pulls, List<RunRow> runs) {
        boolean all = !pulls.isEmpty();
        return new StatusTables(all ? List.of(new ReplicaRow("1", "one", BEFORE, BEFORE, "alive")) : List.of(),
                List.of(), List.of(), pulls,
                all
                        ? List.of(new StatusTables.LeftOutRow("main", "whole", "temp", "key_unknown",
                                "The primary key of temp is not known."))
                        : List.of(),
                all
                        ? List.of(new UnitRow("poll", "main", 5280001, null, null, "one", BEFORE, BEFORE, null, 0),
                                new UnitRow("load", "main", 5280001, "people", null, null, null, BEFORE, after(), 1))
                        : List.of(),
                runs,
                all
                        ? List.of(new PushRow("sales", "dead", 1, 0, 5), new PushRow("sales", "in_doubt", 2, 0, 5))
                        : List.of(),
                List.of(), List.of(),
                all
                        ? List.of(new SignInRow("person", "signed_in", null, null, "kari", "Kari", null, null, null,
                                BEFORE, BEFORE, after()))
                        : List.of(),
                all
                        ? List.of(new KeySetAside(1, "orders", 5280001, "{\"orderNo\": 7}", 5, "refused", BEFORE,
                                after()))
                        : List.of(),
                List.of());
    }
}
