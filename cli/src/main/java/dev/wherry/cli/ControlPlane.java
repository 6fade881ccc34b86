package dev.wherry.cli;

import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.controllers.Controllers;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.client.HttpsConfig;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.scheduler.api.SchedulerRunner;
import dev.wherry.scheduler.config.SchedulerConfig;
import java.net.URI;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** Controllers and scheduler beside an API server, each under its own identity. */
final class ControlPlane {
  private ControlPlane() {}

  static void start(
      Deque<AutoCloseable> parts, ApiServer api, String nodeIp, Timer timer, long seed) {
    ComponentClients controllers = new ComponentClients(api, timer);
    parts.push(controllers);
    ServerPki pki = api.pki();
    parts.push(
        Controllers.start(
            controllers,
            ControllersConfig.of(List.of(nodeIp), api.port(), pki.authority().certificatePem()),
            (request, use, lifetime) ->
                Pem.certificates(List.of(pki.authority().issue(request, use, lifetime))),
            timer));
    HttpsApiClient schedulerClient = client(api, ServerPki.Leaf.SCHEDULER, timer);
    parts.push(schedulerClient);
    parts.push(SchedulerRunner.start(schedulerClient, SchedulerConfig.defaults(), timer, seed));
  }

  private static HttpsApiClient client(ApiServer api, ServerPki.Leaf leaf, Timer timer) {
    return client(api, () -> api.pki().identity(leaf), timer);
  }

  static HttpsApiClient client(ApiServer api, Supplier<TlsIdentity> identity, Timer timer) {
    return new HttpsApiClient(
        HttpsConfig.ofCertificate(
            URI.create("https://127.0.0.1:" + api.port()),
            () -> TlsContexts.mutual(identity, List.of(api.pki().authority().certificate()))),
        timer);
  }
}
