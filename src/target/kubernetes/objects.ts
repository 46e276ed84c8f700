/** The parts of Kubernetes' objects that are read here. The server may leave out whatever has a question mark. */

export interface Meta {
  readonly name: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
}

export interface List<T> {
  readonly items: readonly T[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** By resource, as Kubernetes writes them: `250m`, `1Gi`. */
export type Quantities = Readonly<Record<string, string>>;

export interface Taint {
  readonly key: string;
  readonly effect: string;
}

export interface Node {
  readonly metadata: Meta;
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly allocatable?: Quantities;
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly resources?: { readonly requests?: Quantities };
}

export interface Pod {
  readonly metadata: Meta;
  readonly spec: { readonly containers: readonly Container[]; readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly qosClass?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  /** What the image is, whatever its name means elsewhere. */
  readonly imageID?: string;
  /** `runtime://id`. */
  readonly containerID?: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly running?: object;
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly exitCode: number; readonly reason?: string };
}

export interface Deployment {
  readonly metadata: Meta;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface SeldonDeployment {
  readonly metadata: Meta;
  readonly status?: {
    readonly state?: string;
    readonly description?: string;
    readonly conditions?: readonly Condition[];
  };
}

/** One of type NodePort. */
export interface Service {
  readonly spec: {
    readonly ports: readonly { readonly name: string; readonly port: number; readonly nodePort: number }[];
  };
}

export interface KubeEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject: { readonly kind?: string; readonly name?: string };
}

export interface GatewayService {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly ports: readonly { readonly name?: string; readonly port: number; readonly nodePort?: number }[];
    readonly selector?: Readonly<Record<string, string>>;
  };
}

export interface VirtualService {
  readonly spec: { readonly gateways: readonly string[] };
}

/** What an API group has. */
export interface Resources {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** Of a Deployment that runs Seldon Core. */
export interface Labelled {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The API server's. */
export interface Version {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}
