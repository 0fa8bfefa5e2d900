package dev.nxtsync.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What an operator reads about a setting. The reference in docs/configuration.md and the schema of the YAML file are made from it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Doc {
    /** What it is for, beginning in lower case and without a full stop at its end. */
    String value();

    /** A value that is valid. */
    String example();

    /** What holds where it is not set and has no default. */
    String unset() default "none";
}
