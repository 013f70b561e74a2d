//! Which storage drivers make block devices, and which share files.
//!
//! A block device has a file system that one node mounts; of files a server takes care, and any
//! number of nodes may mount them. The drivers' documentation says which they are; one that is not
//! in the lists, or can do both, is not known.

/// What a field that says what a disk is comes to.
pub const DEVICE: &str = "whether the disk is a block device, unless `storage.volumes` says it";

/// CSI drivers and provisioners of block devices.
pub const BLOCK_DRIVERS: &[&str] = &[
    "ebs.csi.aws.com",
    "ebs.csi.eks.amazonaws.com",
    "pd.csi.storage.gke.io",
    "disk.csi.azure.com",
    "cinder.csi.openstack.org",
    "csi.vsphere.vmware.com",
    "rbd.csi.ceph.com",
    "rook-ceph.rbd.csi.ceph.com",
    "driver.longhorn.io",
    "linstor.csi.linbit.com",
    "dobs.csi.digitalocean.com",
    "csi.hetzner.cloud",
    "linodebs.csi.linode.com",
    "block.csi.vultr.com",
    "csi.scaleway.com",
    "blockvolume.csi.oraclecloud.com",
    "diskplugin.csi.alibabacloud.com",
    "vpc.block.csi.ibm.io",
    "pxd.portworx.com",
    "csi-powerstore.dellemc.com",
    "io.openebs.csi-mayastor",
    "iscsi.csi.k8s.io",
    "kubernetes.io/aws-ebs",
    "kubernetes.io/gce-pd",
    "kubernetes.io/azure-disk",
    "kubernetes.io/cinder",
    "kubernetes.io/vsphere-volume",
    "kubernetes.io/rbd",
    "kubernetes.io/portworx-volume",
];

/// CSI drivers and provisioners of files.
pub const FILE_DRIVERS: &[&str] = &[
    "efs.csi.aws.com",
    "filestore.csi.storage.gke.io",
    "file.csi.azure.com",
    "nfs.csi.k8s.io",
    "smb.csi.k8s.io",
    "cephfs.csi.ceph.com",
    "rook-ceph.cephfs.csi.ceph.com",
    "manila.csi.openstack.org",
    "fsx.csi.aws.com",
    "nasplugin.csi.alibabacloud.com",
    "kubernetes.io/azure-file",
    "kubernetes.io/glusterfs",
];

/// Fields of a PersistentVolume's `spec`, beside `csi`, whose volumes are block devices.
pub const BLOCK_SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "gcePersistentDisk",
    "azureDisk",
    "cinder",
    "vsphereVolume",
    "rbd",
    "iscsi",
    "fc",
    "portworxVolume",
    "scaleIO",
];

/// Those whose volumes are files.
pub const FILE_SOURCES: &[&str] = &["nfs", "cephfs", "glusterfs", "azureFile", "hostPath"];
