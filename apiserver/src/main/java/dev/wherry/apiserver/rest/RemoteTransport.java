package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.machinery.client.ApiTransport;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.io.InputStream;

/**
 * A component's requests for the kinds of other servers: authorised here, as requests from outside
 * are, and sent on in the component's name.
 */
record RemoteTransport(UserInfo user, Gate gate, Aggregator aggregator) implements ApiTransport {
  @Override
  public byte[] send(String method, String target, String accept, String contentType, byte[] body) {
    ServiceCalls.Reply reply =
        admitted(method, target).send(user, method, target, accept, contentType, body);
    if (!reply.isGood()) {
      throw ApiTransport.refusal(reply.code(), reply.body());
    }
    return reply.body();
  }

  @Override
  public InputStream open(String target, String accept) {
    ServiceCalls.Stream answer = admitted("GET", target).open(user, target, accept);
    if (answer.code() / 100 == 2) {
      return answer.body();
    }
    try (InputStream body = answer.body()) {
      throw ApiTransport.refusal(answer.code(), body.readNBytes(REFUSAL_BYTES_MAX));
    } catch (IOException e) {
      throw new ApiException(Reason.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  private Aggregator.Remote admitted(String method, String target) {
    RequestInfo asked = RequestInfo.parse(method, Query.path(target), Query.of(target));
    gate.admit(user, asked);
    return aggregator.remote(asked.path()).orElseThrow(KindRoutes::notServed);
  }
}
