const manifest = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: hello-
spec:
  entrypoint: main
  templates:
    - name: main
      container:
        image: busybox
        command: [echo, hello]
`;

export const examples = [
  {
    name: 'Who am I',
    query: `query Viewer {
  viewer {
    name
    tenant { name }
    permissions
  }
}
`,
  },
  {
    name: 'Newest runs',
    query: `query Runs($filter: RunFilter) {
  runs(filter: $filter, first: 20) {
    totalCount
    nodes { id name namespace phase progress cluster { name } createdAt durationSeconds }
    pageInfo { hasNextPage endCursor }
  }
}
`,
    variables: { filter: { phases: ['RUNNING', 'FAILED'] } },
  },
  {
    name: 'Submit a workflow',
    query: `mutation Submit($input: SubmitRunInput!) {
  submitRun(input: $input) {
    __typename
    ... on SubmitRunSuccess { run { id name placementReason } }
    ... on InvalidInput { message problems { message path line column hint } }
    ... on UserError { code message }
  }
}
`,
    variables: { input: { manifest, cluster: 'any' } },
  },
  {
    name: 'Follow all runs',
    query: `subscription {
  runsChanged {
    type
    run { name phase progress message }
  }
}
`,
  },
  {
    name: 'Clusters',
    query: `query Clusters {
  clusters {
    nodes { name state agentVersion lagMs runningWorkflows pendingCommands lastSeenAt }
  }
}
`,
  },
];
