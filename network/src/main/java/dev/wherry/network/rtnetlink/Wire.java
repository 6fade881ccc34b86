package dev.wherry.network.rtnetlink;

/** Numbers of linux/rtnetlink.h, if_link.h, if_addr.h, neighbour.h. */
final class Wire {
  static final int NEW_LINK = 16;
  static final int DELETE_LINK = 17;
  static final int GET_LINK = 18;
  static final int NEW_ADDRESS = 20;
  static final int DELETE_ADDRESS = 21;
  static final int GET_ADDRESS = 22;
  static final int NEW_ROUTE = 24;
  static final int DELETE_ROUTE = 25;
  static final int GET_ROUTE = 26;
  static final int NEW_NEIGHBOUR = 28;
  static final int DELETE_NEIGHBOUR = 29;
  static final int GET_NEIGHBOUR = 30;

  /** struct ifinfomsg: family, type, index, flags, change. */
  static final int LINK_HEADER_BYTES = 16;

  /** struct ifaddrmsg: family, prefix, flags, scope, index. */
  static final int ADDRESS_HEADER_BYTES = 8;

  /** struct rtmsg: family, two prefixes, tos, table, protocol, scope, type, flags. */
  static final int ROUTE_HEADER_BYTES = 12;

  /** struct ndmsg: family, index, state, flags, type. */
  static final int NEIGHBOUR_HEADER_BYTES = 12;

  static final int ANY_FAMILY = 0;
  static final int BRIDGE_FAMILY = 7;

  static final int LINK_HARDWARE = 1;
  static final int LINK_NAME = 3;
  static final int LINK_MTU = 4;
  static final int LINK_INFO = 18;
  static final int INFO_KIND = 1;
  static final int INFO_DATA = 2;
  static final int VXLAN_ID = 1;
  static final int VXLAN_LOCAL = 4;
  static final int VXLAN_LEARNING = 7;
  static final int VXLAN_PORT = 15;
  static final int VXLAN_LOCAL6 = 17;
  static final int UP = 1;

  static final int ADDRESS_ADDRESS = 1;
  static final int ADDRESS_LOCAL = 2;
  static final int ADDRESS_TIMES = 6;
  static final int ADDRESS_FLAGS = 8;

  /** struct ifa_cacheinfo: seconds preferred, seconds valid, two timestamps. */
  static final int ADDRESS_TIMES_BYTES = 16;

  /** IFA_F_NODAD. */
  static final int WITHOUT_PROBE = 2;

  static final int ROUTE_DESTINATION = 1;
  static final int ROUTE_LINK = 4;
  static final int ROUTE_GATEWAY = 5;
  static final int ROUTE_METRIC = 6;
  static final int ROUTE_TABLE = 15;
  static final int MAIN_TABLE = 254;
  static final int UNICAST = 1;
  static final int UNREACHABLE = 7;
  static final int ON_LINK = 4;

  static final int NEIGHBOUR_DESTINATION = 1;
  static final int NEIGHBOUR_HARDWARE = 2;
  static final int PERMANENT = 0x80;
  static final int SELF = 2;

  static final int IPV4_BYTES = 4;
  static final int IPV4_FAMILY = 2;
  static final int IPV6_FAMILY = 10;

  private Wire() {}

  /** The family of an address by its length. */
  static int family(int addressBytes) {
    return addressBytes == IPV4_BYTES ? IPV4_FAMILY : IPV6_FAMILY;
  }
}
