package dev.nxtsync.status;

import java.util.List;
import java.util.OptionalLong;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.status.OpenFindings.Change;
import dev.nxtsync.status.OpenFindings.OpenFinding;

/** The body of a notice: type, time and data, as the Standard Webhooks specification recommends. */
final class NoticeMessage {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The specification recommends at most 20 kB. */
    private static final int MOST = 20;
    private static final int LONGEST = 500;

    private NoticeMessage() {}

    static String of(Change change) {
        ObjectNode message = JSON.createObjectNode().put("type", "nxt_sync.state_changed").put("timestamp",
                change.at().toString());
        ObjectNode data = message.putObject("data");
        data.put("state", change.open().equals(OptionalLong.of(0)) ? "well" : "in_trouble");
        change.open().ifPresent(open -> data.put("open", open));
        list(data.putArray("begun"), change.begun());
        list(data.putArray("ended"), change.ended());
        int more = Math.max(0, change.begun().size() - MOST) + Math.max(0, change.ended().size() - MOST);
        if (more > 0) {
            data.put("more", more);
        }
        return message.toString();
    }

    private static void list(ArrayNode into, List<OpenFinding> troubles) {
        troubles.stream().limit(MOST).forEach(each -> {
            String reason = each.reason().message();
            into.addObject().put("subject", each.subject()).put("code", each.reason().code())
                    .put("reason", reason.length() > LONGEST ? reason.substring(0, LONGEST) + "…" : reason)
                    .put("next_step", each.reason().errorCode().nextStep()).put("since", each.since().toString());
        });
    }
}
