package dev.nxtsync.cli;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import io.quarkus.runtime.StartupEvent;

import dev.nxtsync.process.Threads;

/** The daemon begins: whoever has something to do again and again gets a thread for it. A command does one thing, once. */
@Singleton
record DaemonThreads(Threads threads, Event<Threads> begin, Invocation invocation) {
    void begin(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER) StartupEvent event) {
        if (invocation.isDaemon()) {
            begin.fire(threads);
        }
    }
}
