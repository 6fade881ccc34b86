package dev.wherry.network.ingress.kinds;

import dev.wherry.network.ingress.route.RouteTable;

/**
 * All that is served, of all kinds.
 *
 * @param findings what there is to say about it
 */
public record Translation(RouteTable table, Findings findings) {

  /** Ingresses are looked at first: they have the ports 80 and 443 in any case. */
  public static Translation of(ClusterObjects objects) {
    RouteTable.Builder table = new RouteTable.Builder();
    Findings findings = new Findings();
    new IngressTranslation(objects, table, findings).run();
    new GatewayTranslation(objects, table, findings).run();
    return new Translation(table.build(), findings);
  }
}
