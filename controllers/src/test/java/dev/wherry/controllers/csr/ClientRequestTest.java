package dev.wherry.controllers.csr;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a client's certificate may be for. */
class ClientRequestTest {
  @Test
  void usages_areThoseOfAClientAndNoOthers() {
    assertEquals(Optional.empty(), ClientRequest.refusal(List.of("client auth")));
    assertEquals(
        Optional.empty(),
        ClientRequest.refusal(List.of("digital signature", "key encipherment", "client auth")));
    assertEquals(
        Optional.of("invalid usage for client certificate: server auth"),
        ClientRequest.refusal(List.of("client auth", "server auth")));
    assertEquals(
        Optional.of("missing required usage for client certificate: client auth"),
        ClientRequest.refusal(List.of("digital signature")));
  }
}
