package dev.wherry.controllers.endpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.controllers.Fixtures;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EndpointWritesTest {
  private static final Service SERVICE =
      Service.builder().metadata(Fixtures.meta("default", "web").build()).build();
  private static final Endpoints ENDPOINTS =
      Endpoints.builder().metadata(Fixtures.meta("default", "web").build()).build();
  private static final EndpointSlice SLICE =
      EndpointSlice.builder().metadata(Fixtures.meta("default", "web-abc").build()).build();

  private static String told(Action action) {
    Optional<Action> told =
        EndpointWrites.refusal(SERVICE, action, new ApiException(Reason.FORBIDDEN, "no"));
    return told.map(Action.Report.class::cast)
        .map(report -> report.regarding().kind() + " " + report.reason() + ": " + report.message())
        .orElse("");
  }

  @Test
  void refusal_saysWhatWasRefused_inUpstreamsWords() {
    assertEquals(
        "Endpoints FailedToCreateEndpoint: Failed to create endpoint for service default/web: no",
        told(new Action.Create<>(Endpoints.KIND, ENDPOINTS)));
    assertEquals(
        "Endpoints FailedToUpdateEndpoint: Failed to update endpoint default/web: no",
        told(new Action.Update<>(Endpoints.KIND, ENDPOINTS)));
    String slices =
        "Service FailedToUpdateEndpointSlices: Error updating Endpoint Slices for Service"
            + " default/web: failed to %s EndpointSlice for Service default/web: no";
    assertEquals(slices.formatted("create"), told(new Action.Create<>(EndpointSlice.KIND, SLICE)));
    assertEquals(
        slices.formatted("update web-abc"), told(new Action.Update<>(EndpointSlice.KIND, SLICE)));
    DeleteOptions gone = DeleteOptions.ofUid("u");
    assertEquals(
        slices.formatted("delete web-abc"),
        told(new Action.Delete(EndpointSlice.KIND, "default", "web-abc", gone)));
    assertEquals("", told(new Action.Delete(Endpoints.KIND, "default", "web", gone)));
  }
}
