package dev.nxtsync.sandbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.vertx.core.buffer.Buffer;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import graphql.ErrorClassification;
import graphql.ErrorType;
import graphql.ExecutionInput;
import graphql.GraphQL;
import graphql.GraphQLError;
import graphql.execution.DataFetcherResult;
import graphql.introspection.GoodFaithIntrospection;
import graphql.language.SourceLocation;
import graphql.schema.DataFetchingEnvironment;
import graphql.validation.ValidationError;

/** The GraphQL service: runs a document over the data and answers as the real one is documented to. */
final class BusinessNxt {
    static final ObjectMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .enable(com.fasterxml.jackson.core.StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS).build();
    private static final int IN_PROGRESS = 60;
    private static final Pattern UNDEFINED = Pattern.compile("Field '(\\w+)' in type '(\\w+)' is undefined");

    private final Data data;
    private final Faults faults;
    private final Counters counters;
    private final Writes writes;
    private final SandboxOptions options;
    /** Each is made when it is needed, since that takes long. */
    private final Map<SchemaMaker.Change, GraphQL> schemas = new ConcurrentHashMap<>();
    private final Set<Integer> revoked = ConcurrentHashMap.newKeySet();
    private volatile boolean truncatesListings;
    private final Set<Integer> hidden = ConcurrentHashMap.newKeySet();
    private volatile boolean hasCustomers = true;

    /** Which company or customer a part of a document is about. */
    record Owner(int number, boolean granted, boolean busy) {}

    BusinessNxt(Data data, Faults faults, Counters counters, SandboxOptions options, Writes writes) {
        this.writes = writes;
        this.data = data;
        this.faults = faults;
        this.counters = counters;
        this.options = options;
        schema(SchemaMaker.Change.NONE);
    }

    private GraphQL schema(SchemaMaker.Change change) {
        return schemas.computeIfAbsent(change, this::make);
    }

    private GraphQL make(SchemaMaker.Change change) {
        return GraphQL.newGraphQL(new SchemaMaker(options, change, this::owner, this::connection,
                env -> listing(env,
                        hasCustomers
                                ? List.of(Map.of("name", "Demo Customer", "organizationNo", "987654321",
                                        "vismaNetCustomerId", Data.CUSTOMER))
                                : List.of()),
                this::companies, writes).make()).build();
    }

    /** Takes the client's access to a company away, which is still listed, or gives it back. */
    void grant(int company, boolean granted) {
        if (granted) {
            revoked.remove(company);
        } else {
            revoked.add(company);
        }
    }

    void truncateListings(boolean value) {
        truncatesListings = value;
    }

    void listCustomers(boolean listed) {
        hasCustomers = listed;
    }

    /** Whether a company is listed at all. */
    void list(int company, boolean listed) {
        if (listed) {
            hidden.remove(company);
        } else {
            hidden.add(company);
        }
    }

    /** An answer, and the slots that its request holds until somebody ends them. */
    record Answer(Buffer json, List<String> slots) {}

    /** Runs a request body for somebody, whose name the records carry that are written. */
    Answer answer(String body, String traceId, String actor) throws java.io.IOException {
        var request = JSON.readTree(body);
        @SuppressWarnings("unchecked")
        Map<String, Object> variables = request.path("variables").isObject()
                ? JSON.treeToValue(request.path("variables"), Map.class)
                : Map.of();
        var input = ExecutionInput.newExecutionInput().query(request.path("query").asText()).variables(variables);
        if (request.path("operationName").isTextual()) {
            input.operationName(request.path("operationName").asText());
        }
        if (isCounting(request.path("query").asText()) && faults.strikes("refused-counting")) {
            return new Answer(failed("The count of rows is not available.", traceId), List.of());
        }
        var warnings = new ArrayList<Map<String, Object>>();
        var slots = new ArrayList<String>();
        // the real server puts no such bound on __type
        input.graphQLContext(Map.of("warnings", warnings, "slots", slots, "variables", variables, "actor", actor,
                GoodFaithIntrospection.GOOD_FAITH_INTROSPECTION_DISABLED, true));
        var result = schema(change()).execute(input.build());
        var answer = new LinkedHashMap<String, Object>();
        if (!result.getErrors().isEmpty()) {
            answer.put("errors", result.getErrors().stream().map(BusinessNxt::error).toList());
        }
        if (result.isDataPresent()) {
            answer.put("data", result.<Object>getData());
        }
        var extensions = new LinkedHashMap<String, Object>();
        if (!warnings.isEmpty()) {
            extensions.put("warnings", warnings);
        }
        extensions.put("vbnxt-trace-id", traceId);
        answer.put("extensions", extensions);
        return new Answer(Buffer.buffer(JSON.writeValueAsBytes(answer)), slots);
    }

    private SchemaMaker.Change change() {
        return Stream.of(SchemaMaker.Change.values()).filter(change -> faults.isOn(change.fault)).findFirst()
                .orElse(SchemaMaker.Change.NONE);
    }

    /** Whether a document asks for the number of rows of a table. */
    private static boolean isCounting(String document) {
        return document.contains("totalCount pageInfo");
    }

    static Buffer timedOut(String traceId) throws java.io.IOException {
        return failed("The operation has timed out.", traceId);
    }

    /** An error that says nothing but its message. */
    static Buffer failed(String message, String traceId) throws java.io.IOException {
        return Buffer.buffer(JSON.writeValueAsBytes(Map.of("errors", List.of(Map.of("message", message)), "extensions",
                Map.of("vbnxt-trace-id", traceId))));
    }

    static Buffer outstandingLimit(String traceId) throws java.io.IOException {
        return Buffer.buffer(JSON.writeValueAsBytes(Map.of("errors", List.of(error(outstanding(5_280_001))),
                "extensions", Map.of("vbnxt-trace-id", traceId))));
    }

    private static PlainError outstanding(int owner) {
        return new PlainError(
                "Company " + owner + " has " + IN_PROGRESS + " requests in progress. Limit is " + IN_PROGRESS + ".",
                Map.of("code", "OUTSTANDING_LIMIT_EXCEEDED", "limit", IN_PROGRESS));
    }

    static String traceId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private Object owner(DataFetchingEnvironment env) {
        Integer number = env.getArgument("no");
        boolean system = env.getField().getName().equals("useCustomer");
        boolean granted = number != null && (system
                ? number == Data.CUSTOMER
                : data.companies().containsKey(number) && !revoked.contains(number) && !hidden.contains(number));
        String slot = env.getField().getName() + " " + number;
        List<String> slots = env.getGraphQlContext().get("slots");
        slots.add(slot);
        int inProgress = counters.begun(slot);
        return new Owner(number == null ? 0 : number, granted, inProgress > IN_PROGRESS);
    }

    private Object connection(DataFetchingEnvironment env) {
        Owner owner = env.getSource();
        Optional<GraphQLError> refusal = refusal(owner);
        if (refusal.isPresent()) {
            return DataFetcherResult.newResult().error(refusal.get()).build();
        }
        if (env.containsArgument("sortOrder")) {
            List<Map<String, Object>> warnings = env.getGraphQlContext().get("warnings");
            warnings.add(Map.of("message",
                    "The argument 'sortOrder' is deprecated and will be removed. Use 'orderBy' instead.", "path",
                    env.getExecutionStepInfo().getPath().toList()));
        }
        String name = env.getField().getName();
        boolean groups = env.containsArgument("groupBy");
        if (groups && (faults.strikes("refused-grouping")
                || (env.containsArgument("first") && faults.isOn("group-first-refused")))) {
            throw new IllegalArgumentException("Grouping is not available.");
        }
        var connection = writes.read(() -> new Connection(Data.table(name),
                faults.strikes(groups ? "stale-sum" : "lagging-read")
                        ? data.laggingRows(owner.number(), name)
                        : data.rows(owner.number(), name),
                env.getArguments(), faults.isOn("group-first-ignored")));
        if (groups) {
            return DataFetcherResult.newResult().data(connection).localContext(owner).build();
        }
        connection.items().replaceAll(this::poisoned);
        if (connection.items().size() > 1 && faults.strikes("silent-loss")) {
            connection.lose();
        }
        if (truncatesListings && env.getOperationDefinition().getName().startsWith("list_")) {
            connection.truncate();
        }
        if (faults.strikes("refused-count")) {
            connection.refuseCount();
        }
        if (faults.strikes("repeat-row")) {
            connection.repeat();
        }
        return DataFetcherResult.newResult().data(connection).localContext(owner).build();
    }

    /** Why nothing of a company can be read or written; empty if it can. */
    static Optional<GraphQLError> refusal(Owner owner) {
        if (owner.busy()) {
            return Optional.of(outstanding(owner.number()));
        }
        return owner.granted()
                ? Optional.empty()
                : Optional.of(new PlainError("Error: Could not get authorize user using VismaNetCompanyId: "
                        + owner.number() + ". Description: External integration error. Status: 18.", Map.of()));
    }

    /** A record that was refused: its index stands in the path, the field that failed in the extensions. */
    static GraphQLError recordError(String message, graphql.execution.ResultPath path, int index, String field) {
        var members = new ArrayList<Object>(path.toList());
        members.add(index);
        return new PlainError(message, Map.of("fields", List.of(field)), members);
    }

    /** A row with a text that PostgreSQL cannot hold, where the fault strikes. */
    Row poisoned(Row row) {
        if (!faults.strikesRow("poison-row", row.number() + row.salt())) {
            return row;
        }
        for (ColumnModel column : row.table().columns()) {
            if (column.kind() == ColumnModel.Kind.STRING && !row.table().key().contains(column.name())) {
                return row.with(Map.of(column.name(), row.number() % 2 == 0 ? "a\u0000b" : "a\ud800b"));
            }
        }
        return row;
    }

    private Object companies(DataFetchingEnvironment env) {
        Integer customer = env.getArgument("customerNo");
        return listing(env,
                customer != null && customer != Data.CUSTOMER
                        ? List.of()
                        : data.companies().entrySet().stream().filter(company -> !hidden.contains(company.getKey()))
                                .<Map<String, Object>>map(company -> Map.of("name", company.getValue(),
                                        "organizationNo", "9" + company.getKey(), "vismaNetCompanyId", company.getKey(),
                                        "vismaNetCustomerId", Data.CUSTOMER))
                                .toList());
    }

    private static Object listing(DataFetchingEnvironment env, List<Map<String, Object>> all) {
        Integer first = env.getArgument("first");
        return Map.of("totalCount", all.size(), "items",
                first == null ? all : all.subList(0, Math.min(first, all.size())));
    }

    private static Map<String, Object> error(GraphQLError error) {
        if (error instanceof PlainError plain) {
            var plainly = new LinkedHashMap<String, Object>();
            plainly.put("message", plain.getMessage());
            if (!plain.path.isEmpty()) {
                plainly.put("path", plain.path);
            }
            if (!plain.extensions.isEmpty()) {
                plainly.put("extensions", plain.extensions);
            }
            return plainly;
        }
        var members = new LinkedHashMap<String, Object>();
        if (error.getErrorType() == ErrorType.DataFetchingException) {
            members.put("message",
                    error.getMessage().replaceFirst("^Exception while fetching data \\([^)]*\\) : ", "Error: "));
            members.put("path", error.getPath());
            return members;
        }
        String code = error instanceof ValidationError validation ? code(validation) : "SYNTAX_ERROR";
        Matcher undefined = UNDEFINED.matcher(error.getMessage());
        members.put("message",
                undefined.find()
                        ? "GraphQL.Validation.Errors.FieldsOnCorrectTypeError: Cannot query field '"
                                + undefined.group(1) + "' on type '" + undefined.group(2) + "'."
                        : "GraphQL.Validation." + error.getMessage());
        members.put("locations", Optional.ofNullable(error.getLocations()).orElse(List.of()).stream()
                .map(BusinessNxt::location).toList());
        members.put("extensions", Map.of("code", code, "codes", List.of(code)));
        return members;
    }

    private static Map<String, Object> location(SourceLocation location) {
        var members = new HashMap<String, Object>();
        members.put("line", location.getLine());
        members.put("column", location.getColumn());
        return members;
    }

    private static String code(ValidationError error) {
        String type = error.getValidationErrorType().toString();
        return type.equals("FieldUndefined")
                ? "FIELDS_ON_CORRECT_TYPE"
                : type.replaceAll("(?<=.)(?=[A-Z])", "_").toUpperCase(java.util.Locale.ROOT);
    }

    /** An error with nothing but its message, as the documented access error. */
    private static final class PlainError implements GraphQLError {
        private static final long serialVersionUID = 1L;
        private final String message;
        private final transient Map<String, Object> extensions;
        private final transient List<Object> path;

        PlainError(String message, Map<String, Object> extensions) {
            this(message, extensions, List.of());
        }

        PlainError(String message, Map<String, Object> extensions, List<Object> path) {
            this.message = message;
            this.extensions = extensions;
            this.path = path;
        }

        @Override
        public String getMessage() { return message; }

        @Override
        public List<SourceLocation> getLocations() { return List.of(); }

        @Override
        public ErrorClassification getErrorType() { return ErrorType.DataFetchingException; }
    }
}
