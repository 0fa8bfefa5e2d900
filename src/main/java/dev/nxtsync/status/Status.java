package dev.nxtsync.status;

import java.util.List;
import java.util.Optional;

import dev.nxtsync.signin.EncryptionKeys;

/**
 * How everything stands, of all processes.
 *
 * @param at when it was asked, in ISO 8601; by the database's clock, as its times are, but where it is away
 * @param findings what is wrong: each once, alarms first
 * @param tables what the database has; empty where it is away
 * @param encryptionKeys which are there or needed
 */
public record Status(String at, List<ShownFinding> findings, List<ConnectionStatus> connections,
        Optional<StatusTables> tables, List<EncryptionKeys.Need> encryptionKeys) {

    public boolean isWell() { return findings.stream().noneMatch(ShownFinding::alarm); }
}
