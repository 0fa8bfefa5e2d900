package dev.nxtsync.token;

import java.util.Optional;

/**
 * Who has signed in, as the ID token and the userinfo endpoint have it (OpenID Connect Core, sections 2 and 5.3).
 *
 * @param subject the {@code sub}, which never changes; name and e-mail are for display only
 * @param tenant the claim {@code tenant_id}, which needs a scope of its own
 */
public record Person(String subject, Optional<String> name, Optional<String> email, Optional<String> tenant) {

    /** As other people know the person. */
    public String shown() {
        return name.flatMap(each -> email.map(mail -> each + " (" + mail + ")")).or(() -> name).or(() -> email)
                .orElse(subject);
    }
}
