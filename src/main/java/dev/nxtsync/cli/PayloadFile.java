package dev.nxtsync.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;

import dev.nxtsync.process.JsonTree;

/** A payload that a person has written, looked at before anything is asked of the database. */
final class PayloadFile {
    /** As by HTTP. */
    private static final long LONGEST = 15_000_000;

    private PayloadFile() {}

    /** One JSON object. */
    static String read(Path file) throws UnusableArgument {
        String text = text(file);
        if (text.startsWith("\ufeff")) {
            throw unusable(file, "begins with a byte order mark; save it as UTF-8 without one");
        }
        // strict, as a payload by HTTP is: of two members of one name it is not known which was meant
        try (JsonParser parser = JsonTree.parsers().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(Integer.MAX_VALUE).build())
                .build().createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw unusable(file, "is not JSON (line 1: it is empty)");
            }
            if (first != JsonToken.START_OBJECT) {
                throw unusable(file, "holds " + (first == JsonToken.START_ARRAY ? "a list" : "a single value")
                        + ", where one JSON object is expected");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw unusable(file, "has more text after its end (line " + parser.currentLocation().getLineNr()
                        + "); one JSON object is expected");
            }
            return text;
        } catch (JsonProcessingException e) {
            throw unusable(file, "is not JSON (line " + e.getLocation().getLineNr() + ": " + reason(e) + ")");
        } catch (IOException e) {
            throw new IllegalStateException("a text that cannot be read", e);
        }
    }

    private static String text(Path file) throws UnusableArgument {
        if (!Files.exists(file)) {
            throw unusable(file, "is not there");
        }
        if (!Files.isRegularFile(file)) {
            throw unusable(file, "is not a regular file");
        }
        try {
            if (Files.size(file) > LONGEST) {
                throw unusable(file, "is larger than " + LONGEST + " bytes, the most that a payload may have");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw unusable(file, "is not UTF-8; save it in that encoding");
        } catch (IOException e) {
            throw unusable(file, "cannot be read by this user");
        }
    }

    private static String reason(JsonProcessingException e) {
        if (e instanceof JsonEOFException) {
            return "it ends too soon";
        }
        return String.valueOf(e.getOriginalMessage()).startsWith("Duplicate")
                ? "a member is there twice"
                : "column " + e.getLocation().getColumnNr();
    }

    private static UnusableArgument unusable(Path file, String why) {
        return new UnusableArgument("The file " + file + " " + why + ". Nothing was changed.");
    }
}
