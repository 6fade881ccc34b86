package dev.wherry.network.conntrack;

import dev.wherry.model.Bytes;

/**
 * A tracked UDP flow.
 *
 * @param destination that the sender wrote, with its port
 * @param answering who really answers, with its port
 * @param translated whether the destination was translated
 * @param id the kernel's number, 4 bytes
 * @param tuple the attribute that names the flow
 */
public record TrackedFlow(
    Bytes destination,
    int port,
    Bytes answering,
    int answeringPort,
    boolean translated,
    Bytes id,
    Bytes tuple) {}
