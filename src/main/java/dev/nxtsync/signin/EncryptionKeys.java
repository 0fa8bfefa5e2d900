package dev.nxtsync.signin;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Words;
import dev.nxtsync.signin.Ciphertexts.Ciphertext;
import dev.nxtsync.signin.Ciphertexts.CiphertextKind;

/** Which keys are needed by what is stored of sign-ins. Safe for any number of threads. */
@Singleton
public class EncryptionKeys {
    private static final Logger LOG = Logger.getLogger(EncryptionKeys.class);

    private final TokenEncryption encryption;
    private final Ciphertexts stored;

    EncryptionKeys(TokenEncryption encryption, Ciphertexts stored) {
        this.encryption = encryption;
        this.stored = stored;
    }

    /**
     * A key that is there, or that something needs.
     *
     * @param id tells keys apart, and nothing of what they are
     * @param place in the list of keys, from 1 on for the newest; empty if it is not there
     * @param connections whose secrets need it; empty if it can be given up
     */
    public record Need(String id, OptionalInt place, List<String> connections) {}

    /**
     * Encrypts with the newest key whatever is not, each text by itself; what cannot be read stays as it is.
     *
     * @return whether nothing is left to do; somebody else may have put another text in the place of one meanwhile
     */
    boolean renewAll() throws SQLException {
        int renewed = 0;
        boolean all = true;
        var unreadable = new TreeSet<String>();
        var begun = new TreeSet<String>();
        for (Ciphertext each : stored.all()) {
            try {
                var text = encryption.renewed(each.text(), place(each));
                if (text.isPresent()) {
                    boolean done = stored.replace(each, text.get());
                    renewed += done ? 1 : 0;
                    all &= done;
                }
            } catch (TokenEncryption.Locked e) {
                (each.kind() == CiphertextKind.CHALLENGE ? begun : unreadable).add(each.connection());
            }
        }
        if (renewed > 0) {
            LOG.infof("The stored tokens of sign-ins are encrypted with the newest key of NXT_ENCRYPTION_KEY now: %s",
                    Words.count(renewed, "text"));
        }
        if (all && !unreadable.isEmpty()) {
            LOG.warnf(
                    "The stored tokens of sign-ins of %s stay as they are, because no key of NXT_ENCRYPTION_KEY decrypts "
                            + "them (%s). %s",
                    Words.list(unreadable), ErrorCode.ENCRYPTION_KEY_UNKNOWN.code(),
                    ErrorCode.ENCRYPTION_KEY_UNKNOWN.nextStep());
        }
        if (all && !begun.isEmpty()) {
            LOG.warnf("Sign-ins of %s that were begun in the last ten minutes cannot be ended, because no key of "
                    + "NXT_ENCRYPTION_KEY decrypts what is kept of them (%s). Nothing is lost: make new links by "
                    + "the command sign-in", Words.list(begun), ErrorCode.ENCRYPTION_KEY_UNKNOWN.code());
        }
        return all;
    }

    /** Those of the list, newest first, and then those that are not there and needed. */
    public List<Need> needs() throws SQLException {
        var needed = new LinkedHashMap<String, TreeSet<String>>();
        var keys = new ArrayList<String>();
        try {
            keys.addAll(encryption.keyIds());
        } catch (TokenEncryption.Locked e) {
            LOG.debugf("no key is there: %s", e.getMessage());
        }
        keys.forEach(key -> needed.put(key, new TreeSet<>()));
        for (Ciphertext each : stored.all()) {
            needed.computeIfAbsent(TokenEncryption.keyId(each.text()), first -> new TreeSet<>()).add(each.connection());
        }
        var needs = new ArrayList<Need>();
        needed.forEach((key, connections) -> needs
                .add(new Need(key, keys.contains(key) ? OptionalInt.of(keys.indexOf(key) + 1) : OptionalInt.empty(),
                        List.copyOf(connections))));
        return needs;
    }

    private static String place(Ciphertext text) {
        return switch (text.kind()) {
            case REFRESH_TOKEN -> GrantTokens.place(text.connection(), "refresh");
            case ACCESS_TOKEN -> GrantTokens.place(text.connection(), "access");
            case CHALLENGE -> SignIn.place(text.connection());
        };
    }
}
