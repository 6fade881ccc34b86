package dev.wherry.network.wireguard;

/** Numbers of linux/genetlink.h and linux/wireguard.h. */
final class Wire {
  /** The family of generic netlink that names all others, and its question for one. */
  static final int CONTROLLER = 16;

  static final int GET_FAMILY = 3;
  static final int FAMILY_ID = 1;
  static final int FAMILY_NAME = 2;
  static final String NAME = "wireguard";
  static final byte VERSION = 1;

  /** struct genlmsghdr: command, version, two bytes of nothing. */
  static final int HEADER_BYTES = 4;

  static final int GET_DEVICE = 0;
  static final int SET_DEVICE = 1;

  static final int DEVICE_INDEX = 1;
  static final int DEVICE_PRIVATE_KEY = 3;
  static final int DEVICE_PUBLIC_KEY = 4;
  static final int DEVICE_PORT = 6;
  static final int DEVICE_PEERS = 8;

  static final int PEER_PUBLIC_KEY = 1;
  static final int PEER_FLAGS = 3;
  static final int PEER_ENDPOINT = 4;
  static final int PEER_ALLOWED = 9;
  static final int REMOVE_PEER = 1;
  static final int REPLACE_ALLOWED = 2;

  static final int ALLOWED_FAMILY = 1;
  static final int ALLOWED_ADDRESS = 2;
  static final int ALLOWED_PREFIX = 3;

  /** Of elements in a list of attributes. */
  static final int ELEMENT = 0;

  static final int IPV4_FAMILY = 2;
  static final int IPV6_FAMILY = 10;

  private Wire() {}
}
