package dev.wherry.machinery.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProvisionTest {
  private static final Namespace WANTED =
      Namespace.builder().metadata(ObjectMeta.builder().name("mine").build()).build();

  private final FakeApiClient api = new FakeApiClient(InstantSource.fixed(Instant.EPOCH));

  private List<String> verbs() {
    return api.calls().stream().map(FakeApiClient.Call::verb).toList();
  }

  @Test
  void once_missingObject_isMadeAndThenLeftAlone() {
    Provision.once(api, Namespace.KIND, WANTED);
    Provision.once(api, Namespace.KIND, WANTED);
    assertEquals(List.of("get", "create", "get"), verbs());
    assertEquals(1, api.stored(Namespace.KIND).size());
  }

  /** A policy engine that is down and fails closed refused the write, and the server ended. */
  @Test
  void once_refusedByWebhook_passes() {
    api.failNext(
        call -> call.verb().equals("create"), ApiException.internal("failed calling webhook"));
    Provision.once(api, Namespace.KIND, WANTED);
    assertEquals(List.of("get", "create"), verbs());
  }
}
