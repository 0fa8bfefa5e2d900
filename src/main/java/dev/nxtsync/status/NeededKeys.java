package dev.nxtsync.status;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.signin.EncryptionKeys;

/** Which encryption keys are still needed, as a part of the status, where there are any. */
@Singleton
public class NeededKeys {
    private final EncryptionKeys keys;

    NeededKeys(EncryptionKeys keys) {
        this.keys = keys;
    }

    public ObjectNode addTo(ObjectNode status) throws SQLException {
        var needs = keys.needs();
        if (!needs.isEmpty()) {
            var list = status.putArray("encryption_keys");
            for (var need : needs) {
                var key = list.addObject().put("id", need.id());
                key.put("place", need.place().isPresent() ? need.place().getAsInt() : null);
                need.connections().forEach(key.putArray("needed_by")::add);
            }
        }
        return status;
    }
}
