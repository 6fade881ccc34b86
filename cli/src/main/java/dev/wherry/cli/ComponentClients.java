package dev.wherry.cli;

import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.controllers.ControllerClients;
import dev.wherry.machinery.client.ApiClient;

/**
 * Clients of the API server in this process, each under the identity that upstream gives its
 * component.
 */
record ComponentClients(ApiServer api) implements ControllerClients {
  private static final String NAMESPACE = "kube-system";

  ApiClient scheduler() {
    return api.clientFor(UserInfo.of("system:kube-scheduler"));
  }

  @Override
  public ApiClient manager() {
    return api.clientFor(UserInfo.of("system:kube-controller-manager"));
  }

  @Override
  public ApiClient apiServer() {
    return api.clientFor(UserInfo.of("system:apiserver", UserInfo.MASTERS));
  }

  @Override
  public ApiClient controller(String name) {
    return api.clientFor(
        UserInfo.of(
            UserInfo.serviceAccountName(NAMESPACE, name),
            UserInfo.serviceAccountGroups(NAMESPACE).toArray(String[]::new)));
  }
}
