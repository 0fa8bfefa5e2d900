package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;
import graphql.parser.Parser;
import graphql.parser.ParserEnvironment;
import graphql.parser.ParserOptions;
import graphql.parser.exceptions.ParseCancelledException;

/** How long documents of several tables are, as a server counts. */
class DocumentLengthTest {
    private static final int TABLES = 300;
    private static final DocumentLength LENGTH = new DocumentLength();
    private static final Pattern TOKEN = Pattern.compile("\\w+|[^\\w\\s,]");

    @Test
    void thePartsOfADocumentKnowWhatTheyAddToItsLength() {
        PullPlan plan = plan(7, 2);
        var filter = List.of(Filters.compare("key0", "_gt", "5"));
        var page = DocumentPart.page("t0", plan, plan.mapping().fields(), List.of(), plan.key(), 7);
        for (DocumentPart part : List.of(page, page.counting(), page.last(), page.at("k1", 5), Document.top(plan),
                DocumentPart.page("t0", plan, plan.key(), filter, plan.changeOrder(), 9))) {
            assertThat(length(List.of(page, part))).as(part.alias()).isEqualTo(length(List.of(page)) + part.tokens());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theKeysAndStampsOfThreeHundredTablesAreOneDocumentThatEveryServerReads(int keys) {
        var windows = windows(120, keys);
        var documents = LENGTH.divide(windows, each -> each.stamps("t0").tokens());
        assertThat(documents).hasSize(1);
        areRead(documents, (window, alias) -> window.stamps(alias));
    }

    @Test
    void allColumnsOfThreeHundredTablesAreAsManyDocumentsAsEveryServerReads() {
        var windows = windows(120, 2);
        var documents = LENGTH.divide(windows, each -> each.page("t0", 1).tokens());
        assertThat(documents).hasSizeBetween(3, 6);
        assertThat(documents.stream().flatMap(List::stream)).containsExactlyElementsOf(windows);
        areRead(documents, (window, alias) -> window.page(alias, 3));
    }

    @Test
    void aTableThatNoDocumentHoldsHasOneOfItsOwn() {
        assertThat(LENGTH.divide(List.of(5, 20_000, 7, 8), tokens -> tokens)).containsExactly(List.of(5),
                List.of(20_000), List.of(7, 8));
        assertThat(LENGTH.divide(List.<Integer>of(), tokens -> tokens)).isEmpty();
    }

    private interface Part {
        DocumentPart of(ChangeWindow window, String alias);
    }

    private static void areRead(List<List<ChangeWindow>> documents, Part part) {
        for (var document : documents) {
            var parts = new ArrayList<DocumentPart>();
            document.forEach(window -> parts.add(part.of(window, "t" + parts.size())));
            assertThat(length(parts)).isLessThanOrEqualTo(DocumentLength.MOST);
        }
    }

    /** In tokens, which a server counts in the same way. */
    private static int length(List<DocumentPart> parts) {
        String document = Document.of("poll", Tenant.company(5_280_001), false, parts).document();
        int length = length(document);
        assertThatCode(() -> parse(document, length)).doesNotThrowAnyException();
        assertThatThrownBy(() -> parse(document, length - 1)).isInstanceOf(ParseCancelledException.class);
        return length;
    }

    /** With its end, which counts as one. */
    static int length(String document) {
        return (int) TOKEN.matcher(document).results().count() + 1;
    }

    private static void parse(String document, int most) {
        Parser.parse(ParserEnvironment.newParserEnvironment().document(document)
                .parserOptions(ParserOptions.newParserOptions().maxTokens(most).build()).build());
    }

    private static List<ChangeWindow> windows(int columns, int keys) {
        return IntStream.range(0, TABLES)
                .mapToObj(table -> new ChangeWindow(plan(columns, keys), ChangeWindowTest.EMPTY, ZoneOffset.UTC))
                .toList();
    }

    private static PullPlan plan(int columns, int keys) {
        var key = IntStream.range(0, keys).mapToObj(i -> "key" + i).toList();
        var all = Stream
                .of(key.stream(), IntStream.range(0, columns).mapToObj(i -> "column" + i), Stream.of(Table.CHANGED))
                .flatMap(names -> names);
        return PullFixture.plan("voucher", key, Optional.empty(),
                all.map(name -> new Column(name, name.equals(Table.CHANGED) ? "DateTime" : "Int", Companion.NONE))
                        .toArray(Column[]::new));
    }
}
