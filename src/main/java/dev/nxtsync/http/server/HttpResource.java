package dev.nxtsync.http.server;

import java.util.List;

/** A bean that has something to say at addresses of the public port. */
public interface HttpResource {
    /** Asked once, when the port is opened, so that nothing comes before. */
    List<Endpoint> addresses();
}
