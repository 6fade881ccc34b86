package dev.wherry.machinery.client;

import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger.Level;

/** Objects that a component brings along when it starts. */
public final class Provision {
  private static final System.Logger LOG = System.getLogger(Provision.class.getName());

  private Provision() {}

  /**
   * Creates an object unless there is one of its name. A refusal is logged and passes: a webhook
   * that fails closed must not keep the program from starting that would start the webhook's pods.
   */
  public static <T extends KubeObject> void once(ApiClient client, Kind<T> kind, T object) {
    String namespace = object.metadata().namespace();
    String name = object.metadata().name();
    try {
      if (client.find(kind, namespace, name).isEmpty()) {
        client.create(kind, object);
      }
    } catch (ApiException e) {
      if (e.reason() != Reason.ALREADY_EXISTS) {
        LOG.log(Level.WARNING, "{0} {1} not made: {2}", kind.info().resource(), name, e.text());
      }
    }
  }
}
