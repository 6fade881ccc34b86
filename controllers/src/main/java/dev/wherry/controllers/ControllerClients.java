package dev.wherry.controllers;

import dev.wherry.machinery.client.ApiClient;

/**
 * Under which identities the controllers work: each under its own, as kube-controller-manager with
 * {@code --use-service-account-credentials}, so that upstream's roles {@code system:controller:*}
 * hold.
 */
public interface ControllerClients {
  /** User system:kube-controller-manager: reads for all, writes events. */
  ApiClient manager();

  /** The API server itself, in system:masters: system namespaces and the kubernetes Service. */
  ApiClient apiServer();

  /**
   * User system:serviceaccount:kube-system:NAME with the groups of service accounts.
   *
   * @param name such as {@code node-controller}
   */
  ApiClient controller(String name);

  /** One client for everything. */
  static ControllerClients single(ApiClient client) {
    return new ControllerClients() {
      @Override
      public ApiClient manager() {
        return client;
      }

      @Override
      public ApiClient apiServer() {
        return client;
      }

      @Override
      public ApiClient controller(String name) {
        return client;
      }
    };
  }
}
