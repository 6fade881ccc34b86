package dev.wherry.network.rtnetlink;

import dev.wherry.model.Bytes;

/**
 * A permanent entry of a link's neighbours, or of a VXLAN's forwarding table.
 *
 * @param link index of the interface
 * @param address of the neighbour; in a forwarding table that of the tunnel's other end
 * @param hardware its address on the link
 */
public record Neighbour(int link, Bytes address, Bytes hardware) {}
