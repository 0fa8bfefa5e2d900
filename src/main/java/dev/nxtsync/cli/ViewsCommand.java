package dev.nxtsync.cli;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.preview.ReadyViews;

/** The command {@code discover --sql}: views over targets, for people to run. */
@Singleton
class ViewsCommand implements Command {
    private final Settings settings;
    private final ReadyViews views;

    ViewsCommand(Settings settings, ReadyViews views) {
        this.settings = settings;
        this.views = views;
    }

    int run() {
        for (String connection : settings.connections().keySet()) {
            var statements = views.of(connection);
            System.out.println("-- connection " + connection
                    + (statements.isEmpty() ? " sees no orders" : ": orders and their lines, in words"));
            statements.forEach(System.out::println);
        }
        return 0;
    }
}
