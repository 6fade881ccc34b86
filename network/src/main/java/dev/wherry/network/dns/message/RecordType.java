package dev.wherry.network.dns.message;

/** Numbers of record types (IANA "DNS Parameters"), as far as somebody here treats them. */
public final class RecordType {
  public static final int A = 1;
  public static final int NS = 2;
  public static final int CNAME = 5;
  public static final int SOA = 6;
  public static final int PTR = 12;
  public static final int HINFO = 13;
  public static final int MX = 15;
  public static final int TXT = 16;
  public static final int AAAA = 28;
  public static final int SRV = 33;
  public static final int DNAME = 39;
  public static final int OPT = 41;
  public static final int ANY = 255;

  /** The types from here to below {@link #ANY} are no data but requests (RFC 6895, 3.1). */
  public static final int FIRST_REQUEST = 128;

  /** The class Internet, the only one there is data of. */
  public static final int CLASS_IN = 1;

  private RecordType() {}

  /** Its name; {@code other} for those that are seldom asked for, so that metrics stay few. */
  public static String name(int type) {
    return switch (type) {
      case A -> "A";
      case NS -> "NS";
      case CNAME -> "CNAME";
      case SOA -> "SOA";
      case PTR -> "PTR";
      case MX -> "MX";
      case TXT -> "TXT";
      case AAAA -> "AAAA";
      case SRV -> "SRV";
      case ANY -> "ANY";
      default -> "other";
    };
  }
}
