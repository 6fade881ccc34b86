package dev.wherry.network.dns.message;

import io.netty.buffer.ByteBuf;

/** One question as a client asked it. */
public final class Query {
  private static final int RECURSION_DESIRED = 0x0100;
  private static final int AUTHENTIC = 0x0020;
  private static final int CHECKING_DISABLED = 0x0010;

  private final int id;
  private final int flags;
  private final DomainName name;
  private final int type;
  private final int recordClass;
  private final byte[] question;
  private final Edns edns;

  /**
   * @param flags the second word of the header
   * @param question the whole question as it came, letters as they were; taken over
   */
  Query(int id, int flags, DomainName name, int type, int recordClass, byte[] question, Edns edns) {
    this.id = id;
    this.flags = flags;
    this.name = name;
    this.type = type;
    this.recordClass = recordClass;
    this.question = question;
    this.edns = edns;
  }

  public int id() {
    return id;
  }

  public DomainName name() {
    return name;
  }

  public int type() {
    return type;
  }

  public int recordClass() {
    return recordClass;
  }

  public Edns edns() {
    return edns;
  }

  public boolean recursionDesired() {
    return (flags & RECURSION_DESIRED) != 0;
  }

  public boolean checkingDisabled() {
    return (flags & CHECKING_DISABLED) != 0;
  }

  /** Whether the client understands the bit that says an answer was verified. */
  public boolean wantsAuthentic() {
    return (flags & AUTHENTIC) != 0 || edns.dnssecOk();
  }

  /** The flags that go back as they came. */
  public int echoedFlags() {
    return flags & (RECURSION_DESIRED | CHECKING_DISABLED);
  }

  /** Writes the question as it came: who mixes cases on purpose gets them back. */
  public void writeQuestion(ByteBuf out) {
    out.writeBytes(question);
  }
}
