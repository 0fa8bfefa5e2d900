package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** Pages that share a commit. */
class PagesTogetherTest {
    private final TargetFixture fixture;
    private final PageWriter writer;
    private final List<Integer> kept = new ArrayList<>();
    private final List<WriteCounts> told = new ArrayList<>();

    PagesTogetherTest() throws SQLException {
        fixture = new TargetFixture();
        writer = new PageWriter(fixture.store, new SimpleMeterRegistry());
    }

    @ParameterizedTest
    @EnumSource(names = {"DIRECT", "MERGE"})
    void pagesAreWrittenInOneTransactionWithTheirCheckpoints(PageWriter.Way way) throws SQLException {
        var written = write(way, step(1, "1 a 1", "2 b 1"), step(2, "3 c 1"), step(3, "4 d 1", "5 e 1"));
        assertThat(written).extracting(WriteCounts::inserted).containsExactly(2, 1, 2);
        assertThat(kept).containsExactly(1, 2, 3);
        assertThat(transactions()).isEqualTo(1);
    }

    @Test
    void aKeyThatIsThereAlreadyCostsTheOthersNothingButTheirCommonTransaction() throws SQLException {
        write(PageWriter.Way.DIRECT, step(1, "3 old 1"));
        kept.clear();
        var written = write(PageWriter.Way.DIRECT, step(1, "1 a 1", "2 b 1"), step(2, "3 new 1", "4 d 1"),
                step(3, "5 e 1"));
        assertThat(written).extracting(WriteCounts::changed).containsExactly(2, 2, 1);
        assertThat(kept.subList(kept.size() - 3, kept.size())).containsExactly(1, 2, 3);
        assertThat(transactions()).isEqualTo(3);
        assertThat(fixture.database.value("select text from nxt.thing where id = 3")).isEqualTo("new");
    }

    @Test
    void behindAPageThatIsRefusedNoneIsWritten() {
        fixture.database.execute("create function f() returns trigger language plpgsql as $$ begin "
                + "if new.id = 3 then raise exception 'no' using errcode = '0A000'; end if; return new; end $$; "
                + "create trigger t before insert on nxt.thing for each row execute function f()");
        assertThatThrownBy(() -> write(PageWriter.Way.DIRECT, step(1, "1 a 1"), step(2, "3 c 1"), step(3, "5 e 1")))
                .isInstanceOf(TargetFault.class);
        assertThat(fixture.database.value("select string_agg(id::text, ',') from nxt.thing")).isEqualTo("1");
        assertThat(told).as("what is there is told").containsExactly(new WriteCounts(1, 0, 0));
    }

    private List<WriteCounts> write(PageWriter.Way way, PageStep... pages) throws SQLException {
        told.clear();
        writer.write(fixture.claim, TargetFixture.TABLE, List.of(pages), way, (page, done) -> {
            assertThat(page).isSameAs(pages[told.size()]);
            told.add(done);
        });
        return told;
    }

    private PageStep step(int number, String... rows) {
        return new PageStep(TargetFixture.page(rows), new Checkpoint() {
            @Override
            public String pull() {
                return "things";
            }

            @Override
            public int company() {
                return 1;
            }

            @Override
            public Instant readAt() {
                return Instant.now().plusSeconds(number);
            }

            @Override
            public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) {
                kept.add(number);
                return written;
            }
        });
    }

    private long transactions() {
        return fixture.database.number("select count(distinct xmin::text) from nxt.thing");
    }
}
