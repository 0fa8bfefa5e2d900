package dev.nxtsync.sandbox;

import java.util.Locale;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.BooleanValue;
import graphql.language.FloatValue;
import graphql.language.IntValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.schema.Coercing;

/** A scalar that goes in and out as it is; how the API encodes these is not documented. */
final class Verbatim implements Coercing<Object, Object> {
    private final String stamps;

    /** @param stamps how a {@code DateTime} is written: {@code blank}, {@code T} or {@code TZ} */
    Verbatim(String stamps) {
        this.stamps = stamps;
    }

    @Override
    public Object serialize(Object value, GraphQLContext context, Locale locale) {
        return stamps.equals("blank")
                ? value
                : value.toString().replace(' ', 'T')
                        + (stamps.equals("TZ") && !value.toString().endsWith("Z") ? "Z" : "");
    }

    @Override
    public Object parseValue(Object input, GraphQLContext context, Locale locale) {
        return input;
    }

    @Override
    public Object parseLiteral(Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
        if (input instanceof IntValue number) {
            return number.getValue();
        }
        if (input instanceof FloatValue number) {
            return number.getValue();
        }
        if (input instanceof BooleanValue bool) {
            return bool.isValue();
        }
        return ((StringValue) input).getValue();
    }
}
