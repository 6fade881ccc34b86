package dev.wherry.cli;

import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.controllers.ControllerClients;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A client per controller, each under a certificate of its own that never leaves the memory. */
final class ComponentClients implements ControllerClients, AutoCloseable {
  private static final Duration LIFETIME = Duration.ofDays(365);
  private static final String MANAGER = "system:kube-controller-manager";
  private static final String API_SERVER = "system:apiserver";

  private final ApiServer api;
  private final Timer timer;
  private final Map<String, HttpsApiClient> clients = new ConcurrentHashMap<>();

  ComponentClients(ApiServer api, Timer timer) {
    this.api = api;
    this.timer = timer;
  }

  @Override
  public ApiClient manager() {
    return clients.computeIfAbsent(
        MANAGER,
        name ->
            ControlPlane.client(
                api, () -> api.pki().identity(ServerPki.Leaf.CONTROLLER_MANAGER), timer));
  }

  @Override
  public ApiClient apiServer() {
    return clients.computeIfAbsent(
        API_SERVER, name -> client(Subject.of(API_SERVER, "system:masters")));
  }

  @Override
  public ApiClient controller(String name) {
    return clients.computeIfAbsent(
        name,
        known ->
            client(
                Subject.of(
                    "system:serviceaccount:kube-system:" + known,
                    "system:serviceaccounts",
                    "system:serviceaccounts:kube-system")));
  }

  private HttpsApiClient client(Subject subject) {
    TlsIdentity identity =
        api.pki()
            .authority()
            .issue(subject, AlternativeNames.NONE, CertificateUse.CLIENT, LIFETIME);
    return ControlPlane.client(api, () -> identity, timer);
  }

  @Override
  public void close() {
    clients.values().forEach(HttpsApiClient::close);
  }
}
