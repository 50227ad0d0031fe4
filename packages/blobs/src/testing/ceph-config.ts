import { join } from 'node:path';
import { debianLibraries } from './debian.ts';

/** The folders and ports of a cluster. */
export interface CephOptions {
  /** The folder of the unpacked packages. */
  readonly root: string;
  readonly dataDir: string;
  /** The port of the monitor. The disk daemon uses the next ones. */
  readonly port: number;
  /** The maximum size of all objects together. */
  readonly diskBytes: number;
}

/** The configuration of a small cluster that starts quickly: one monitor, one disk daemon, one copy of everything. */
export function cephConfig({ root, dataDir, port, diskBytes }: CephOptions, fsid: string): string {
  const at = (...path: string[]) => join(dataDir, ...path);
  const libraries = debianLibraries(root);
  const sections: Record<string, Record<string, string | number | boolean>> = {
    global: {
      fsid,
      keyring: at('keyring'),
      'mon host': `v2:127.0.0.1:${port}/0`,
      'public addr': '127.0.0.1',
      'cluster addr': '127.0.0.1',
      'ms bind ipv6': false,
      'ms bind port min': port + 1,
      'ms bind port max': port + 50,
      'run dir': at('run'),
      'admin socket': at('run', '$name.$pid.asok'),
      'pid file': '',
      'log file': at('log', '$name.log'),
      'crash dir': at('log'),
      'plugin dir': join(libraries, 'ceph'),
      'erasure code dir': join(libraries, 'ceph/erasure-code'),
      'osd class dir': join(libraries, 'rados-classes'),
      // A single monitor needs no quorum.
      'paxos propose interval': 0.02,
      'paxos min wait': 0.01,
      'mon tick interval': 1,
      'objecter tick interval': 0.25,
      'mon allow pool size one': true,
      'mon max pg per osd': 1000,
      'mon data avail warn': 2,
      'mon data avail crit': 1,
      'osd pool default size': 1,
      'osd pool default min size': 1,
      'osd pool default pg num': 1,
      'osd pool default pgp num': 1,
      'osd pool default pg autoscale mode': 'off',
      'osd crush chooseleaf type': 0,
      'osd objectstore': 'bluestore',
      // A sparse file, which uses only the written space.
      'bluestore block size': diskBytes,
      'osd memory target': 896 * 2 ** 20,
      'osd memory target autosize': false,
    },
    'mon.a': { 'mon data': at('mon') },
    'osd.0': { 'osd data': at('osd'), keyring: at('osd', 'keyring') },
    client: {
      keyring: at('keyring'),
      'rgw data': at('rgw'),
      'rgw thread pool size': 64,
      // Frees the space of deleted objects after seconds instead of hours.
      'rgw gc obj min wait': 1,
      'rgw gc processor period': 1,
    },
  };
  return Object.entries(sections)
    .map(([name, values]) =>
      [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ''].join('\n'),
    )
    .join('\n');
}
