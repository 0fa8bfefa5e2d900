package dev.nxtsync.http.server;

import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.Settings;
import dev.nxtsync.process.MemoryBudget;
import dev.nxtsync.process.Threads;

/**
 * The port that the world may call. One thread takes in all that comes and gives all answers, and never waits; work that does
 * has few threads of its own. So however many call, however slowly, and whatever they send, it costs nobody else a thread, and
 * memory that is bounded: a third of the heap for bodies.
 *
 * <p>Not Quarkus' own server: that tells of a connection once its headers are whole, and hands on a body before it is.
 */
@Singleton
public class PublicPort {
    private static final Logger LOG = Logger.getLogger(PublicPort.class);
    private static final int LOOK = 250;
    private static final int STOP = 3_000;

    private final List<HttpResource> addresses;
    private final Refusals refusals;
    private final MeterRegistry metrics;
    private final String host;
    private final int number;
    private final Threads threads;
    private final Workers workers;
    private final Clock clock = Clock.systemUTC();
    private @Nullable Opened opened;

    private record Opened(EventLoopGroup thread, Channel server, OpenConnections connections) {}

    /** @param host of the network interfaces that it listens on, as the port of health does */
    PublicPort(@All List<HttpResource> addresses, Refusals refusals, Settings.Http http, Threads threads,
            MeterRegistry metrics, @ConfigProperty(name = "quarkus.http.host") String host) {
        this.addresses = addresses;
        this.refusals = refusals;
        this.metrics = metrics;
        this.threads = threads;
        this.workers = new Workers(threads);
        this.host = host;
        this.number = http.port();
    }

    public void open() throws UnusablePort {
        open(MemoryBudget.ofHeap(3, 16 << 20));
    }

    /** @param memory for bodies */
    synchronized void open(MemoryBudget memory) throws UnusablePort {
        refusals.begin();
        var dispatcher = new Dispatcher(
                new Router(addresses.stream().flatMap(each -> each.addresses().stream()).toList()), refusals, workers,
                threads);
        var connections = new OpenConnections(memory, metrics);
        var thread = new NioEventLoopGroup(1, threads.eventLoopThreads(Dispatcher.THREAD));
        var bound = new ServerBootstrap().group(thread).channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true).childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel, connections, dispatcher);
                    }
                }).bind(host, number).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            var unused = thread.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new UnusablePort(UnusablePort.PUBLIC, host, number, bound.cause());
        }
        var unused = thread.scheduleAtFixedRate(() -> look(bound.channel(), connections, dispatcher), LOOK, LOOK,
                TimeUnit.MILLISECONDS);
        opened = new Opened(thread, bound.channel(), connections);
        LOG.infof("Webhooks, sign-ins and /api are served on port %d", number());
    }

    /** The number that it has, once it is open. */
    synchronized int number() {
        return ((InetSocketAddress) Objects.requireNonNull(opened).server().localAddress()).getPort();
    }

    private void accept(SocketChannel channel, OpenConnections connections, Dispatcher dispatcher) {
        var connection = new HttpConnection(dispatcher, connections, channel, clock);
        if (connections.admit(connection)) {
            channel.pipeline().addLast(HttpConnection.DECODER, BoundedHeaders.decoder())
                    .addLast(new HttpResponseEncoder()).addLast(connection);
        } else {
            var unused = channel.close();
        }
    }

    private static void look(Channel server, OpenConnections connections, Dispatcher dispatcher) {
        try {
            // a thread to whose port nobody comes any more is of no use; a stop is over long before that counts
            if (server.isOpen()) {
                Threads.alive();
            }
            connections.look(System.nanoTime());
        } catch (RuntimeException | Error e) {
            // else it would be the last look
            dispatcher.unexpected("Looking for connections that are late", e);
        }
    }

    /** Once nothing else is done any more, so that events are taken until the end: whom we owe an answer gets it. */
    synchronized void close(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER + 1) ShutdownEvent event)
            throws InterruptedException {
        var open = opened;
        opened = null;
        if (open != null) {
            open.server().close().await(STOP);
            var idle = new CountDownLatch(1);
            var looking = open.thread().scheduleAtFixedRate(() -> {
                if (!open.connections().isServing()) {
                    idle.countDown();
                }
            }, 0, 20, TimeUnit.MILLISECONDS);
            idle.await(STOP, TimeUnit.MILLISECONDS);
            looking.cancel(false);
            open.thread().submit(open.connections()::closeAll).await(STOP);
            open.thread().shutdownGracefully(0, STOP, TimeUnit.MILLISECONDS).await(STOP);
        }
        workers.stop();
    }
}
