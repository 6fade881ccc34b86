package dev.wherry.network.rtnetlink;

import dev.wherry.model.Bytes;
import dev.wherry.network.rules.Cidr;

/**
 * A route of the main table.
 *
 * @param gateway of the destination's family; no bytes where the destination is on the link
 * @param link index of the interface it leaves by
 * @param onLink that the gateway is there whatever the addresses say
 */
public record Route(Cidr destination, Bytes gateway, int link, boolean onLink) {}
