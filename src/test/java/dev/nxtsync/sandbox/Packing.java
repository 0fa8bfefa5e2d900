package dev.nxtsync.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

import io.vertx.core.buffer.Buffer;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;

/** Packs answers as the server is said to, if the client takes that. */
public final class Packing {
    private final String wanted;

    /** @param wanted {@code br}, {@code gzip} or {@code none} */
    public Packing(String wanted) {
        this.wanted = wanted.equals("br") && !Brotli4jLoader.isAvailable() ? "gzip" : wanted;
    }

    /** The encoding for a client; empty for none. */
    public String of(String acceptEncoding) {
        return acceptEncoding != null && acceptEncoding.contains(wanted) ? wanted : "";
    }

    /** Any number of threads. */
    public Buffer pack(Buffer json, String encoding) {
        try {
            return switch (encoding) {
                case "" -> json;
                case "br" -> Buffer.buffer(Encoder.compress(json.getBytes(), new Encoder.Parameters().setQuality(2)));
                default -> {
                    var out = new ByteArrayOutputStream();
                    try (var gzip = new GZIPOutputStream(out)) {
                        gzip.write(json.getBytes());
                    }
                    yield Buffer.buffer(out.toByteArray());
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
