package dev.wherry.cli;

import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.controllers.Controllers;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.client.HttpsConfig;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.network.ingress.IngressController;
import dev.wherry.network.relay.RelayHub;
import dev.wherry.scheduler.api.SchedulerRunner;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.streaming.tunnel.DialTarget;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** Controllers and scheduler beside an API server, each under its own identity. */
final class ControlPlane {
  private static final Duration DIAL_TIME_MAX = Duration.ofSeconds(5);

  private ControlPlane() {}

  /**
   * @param dnsAddress of the Service of built-in DNS; "" for none
   * @param ingress whether Ingresses and Gateways are served
   * @param scheduling how pods are placed
   */
  static void start(
      Deque<AutoCloseable> parts,
      ApiServer api,
      String nodeIp,
      ClusterRanges ranges,
      String dnsAddress,
      ControllersConfig.Choices choices,
      boolean ingress,
      SchedulerConfig scheduling,
      Timer timer,
      long seed) {
    ComponentClients clients = new ComponentClients(api);
    ServerPki pki = api.pki();
    Controllers controllers =
        Controllers.start(
            clients,
            ControllersConfig.of(List.of(nodeIp), api.port(), pki.authority().certificatePem())
                .with(ranges)
                .withClusterDns(dnsAddress)
                .with(choices),
            (request, use, lifetime) ->
                Pem.certificates(List.of(pki.authority().issue(request, use, lifetime))),
            timer);
    parts.push(controllers);
    api.showQueues(controllers::queues);
    if (ingress) {
      ApiClient edge = clients.controller("ingress-controller");
      IngressController.provideClass(edge);
      parts.push(IngressController.start(edge, choices.builtIns().gatewaysHaveAddresses(), timer));
    }
    parts.push(
        RelayHub.start(
            clients.apiServer(),
            node -> api.nodes().dial(node, new DialTarget.Packets(), DIAL_TIME_MAX),
            timer));
    SchedulerRunner scheduler =
        SchedulerRunner.start(
            clients.scheduler(), scheduling, DeviceLanguage::compile, timer, seed);
    api.explainPods(scheduler::explain, scheduler::fit);
    parts.push(scheduler);
  }

  static HttpsApiClient client(ApiServer api, Supplier<TlsIdentity> identity, Timer timer) {
    return new HttpsApiClient(
        HttpsConfig.ofCertificate(
            api.url(),
            () -> TlsContexts.mutual(identity, List.of(api.pki().authority().certificate()))),
        timer);
  }
}
