package dev.wherry.store;

/**
 * One version of a key.
 *
 * @param createRevision at which the key came to be
 * @param modRevision at which this version was written
 * @param version 1 for the first since the key came to be
 */
@SuppressWarnings("ArrayRecordComponent") // compared by revision, never by content
public record Entry(
    String key, byte[] value, long createRevision, long modRevision, long version) {}
