package dev.wherry.cli.client.http;

import dev.wherry.cli.kubeconfig.Access;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What tells a server who we are, beside the certificate. */
public final class Credentials {
  private Credentials() {}

  /** One header; some names come several times. */
  public record Header(String name, String value) {}

  public static List<Header> of(Access access) {
    List<Header> headers = new ArrayList<>();
    if (!access.token().isEmpty()) {
      headers.add(new Header("Authorization", "Bearer " + access.token()));
    } else if (!access.user().isEmpty()) {
      String pair = access.user() + ":" + access.password();
      byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
      headers.add(
          new Header("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes)));
    }
    if (!access.impersonate().isEmpty()) {
      headers.add(new Header("Impersonate-User", access.impersonate()));
    }
    access
        .impersonateGroups()
        .forEach(group -> headers.add(new Header("Impersonate-Group", group)));
    return headers;
  }
}
