package dev.wherry.runtime.images.system;

import java.lang.foreign.MemorySegment;

/**
 * A file that was just made, open for writing.
 *
 * @param descriptor owned by this file
 * @param name for messages
 */
public record NewFile(int descriptor, String name) implements AutoCloseable {
  /** Writes all of the bytes at a position; what is left out between stays a hole. */
  public void write(MemorySegment bytes, long position) throws KernelException {
    long done = 0;
    while (done < bytes.byteSize()) {
      done += Descriptors.write(descriptor, name, bytes.asSlice(done), position + done);
    }
  }

  /** Sets the length; beyond what was written there is a hole. */
  public void length(long bytes) throws KernelException {
    Descriptors.truncate(descriptor, name, bytes);
  }

  @Override
  public void close() {
    Descriptors.close(descriptor);
  }
}
