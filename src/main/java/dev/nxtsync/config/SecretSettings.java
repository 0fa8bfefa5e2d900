package dev.nxtsync.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Secrets that may change while the process runs, since they are read from files.
 *
 * @param files by connection, those that its tokens need
 */
public record SecretSettings(Map<String, List<Secret>> files) {

    public static SecretSettings of(Settings all) {
        var files = new TreeMap<String, List<Secret>>();
        all.connections().forEach((name, each) -> files.put(name, files(all, each)));
        return new SecretSettings(files);
    }

    private static List<Secret> files(Settings all, Settings.Connection connection) {
        Stream<Secret> stored = connection.kind() == Settings.ConnectionKind.USER
                ? Stream.of(all.encryptionKey(), all.database().password()).flatMap(Optional::stream)
                : Stream.empty();
        return Stream.concat(Stream.of(connection.clientSecret()), stored).filter(Secret.Mounted.class::isInstance)
                .toList();
    }
}
