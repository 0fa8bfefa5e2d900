package dev.nxtsync.status;

import java.util.List;

/** What one process alone knows, as it tells the others. */
record ProcessReport(List<ConnectionStatus> connections, List<ShownFinding> findings) {}
