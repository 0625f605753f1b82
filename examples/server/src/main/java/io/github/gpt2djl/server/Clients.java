package io.github.gpt2djl.server;

import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** Counts what clients hold of something scarce. */
final class Clients {
    private final int most;
    private final int share;
    private final Map<String, Integer> held = new HashMap<>();
    private int all;

    /**
     * Nothing is held.
     *
     * @param most that all clients together may hold
     * @param share of one client: how much it may hold, or how much it may hold in all cases
     */
    Clients(int most, int share) {
        this.most = most;
        this.share = share;
    }

    /** Which client is at an address: of IPv6 its first 64 bits, since a client has all addresses behind them. */
    static String name(SocketAddress address) {
        String host = address.hostAddress();
        if (host == null) {
            return "";
        }
        try {
            // No look-up: the text is an address.
            InetAddress found = InetAddress.getByName(host);
            return found instanceof Inet6Address six
                    ? HexFormat.of().formatHex(Arrays.copyOf(six.getAddress(), 8))
                    : found.getHostAddress();
        } catch (UnknownHostException e) {
            return host;
        }
    }

    /** Takes one for a client; returns false if there is none left for the client. */
    synchronized boolean take(String client) {
        int own = held.getOrDefault(client, 0);
        if (all >= most || own >= share) {
            return false;
        }
        held.put(client, own + 1);
        all++;
        return true;
    }

    /** Takes several for a client; returns false if they are not free, unless they are within the client's share. */
    synchronized boolean takeReserved(String client, int count) {
        int own = held.getOrDefault(client, 0);
        if (all + count > most && own + count > share) {
            return false;
        }
        held.put(client, own + count);
        all += count;
        return true;
    }

    /** Gives one back. */
    synchronized void give(String client) {
        held.computeIfPresent(client, (name, own) -> own == 1 ? null : own - 1);
        all--;
    }

    synchronized int held() {
        return all;
    }

    synchronized int held(String client) {
        return held.getOrDefault(client, 0);
    }
}
