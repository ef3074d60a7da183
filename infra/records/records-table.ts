// The table of impersonation records. It is the audit trail, and the triggers trust it.

import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import {
  byActor,
  byDay,
  bySubject,
  partitionKey,
  projected,
  projectedByDay,
  timeToLive,
} from '../../lambda/records-schema.ts'

// An update of a stack can make or delete one index of a table, and can't change one. A new index needs a new name.
const indexes = [
  { ...bySubject, attributes: projected },
  { ...byActor, attributes: projected },
  { ...byDay, attributes: projectedByDay },
]

export interface RecordsTableProps {
  deletionProtection: boolean
  /** Whether the table has a stream, with each record before and after a change. */
  stream: boolean
}

export class RecordsTable extends Table {
  constructor(scope: Construct, id: string, { deletionProtection, stream }: RecordsTableProps) {
    super(scope, id, {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      timeToLiveAttribute: timeToLive,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection,
      ...(stream && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
    })
    for (const { indexName, ...index } of indexes) {
      this.addGlobalSecondaryIndex({
        indexName,
        partitionKey: { name: index.partitionKey, type: AttributeType.STRING },
        sortKey: { name: index.sortKey, type: AttributeType.NUMBER },
        projectionType: ProjectionType.INCLUDE,
        nonKeyAttributes: index.attributes.filter((name) => name !== index.partitionKey && name !== index.sortKey),
      })
    }
  }

  /**
   * Denies item writes to all except these roles, even if their policies allow them. Whoever puts records can act as anyone.
   * Nobody but `exceptPut` deletes records or writes them with PartiQL.
   */
  denyWrites({ exceptPut, exceptUpdate }: { exceptPut: IRole[]; exceptUpdate: IRole[] }): void {
    this.#deny(
      [
        'dynamodb:PutItem',
        'dynamodb:DeleteItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:PartiQLInsert',
        'dynamodb:PartiQLUpdate',
        'dynamodb:PartiQLDelete',
      ],
      exceptPut,
    )
    this.#deny(['dynamodb:UpdateItem'], exceptUpdate)
  }

  #deny(actions: string[], except: IRole[]): void {
    this.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions,
        // The policy is part of the table, so it can't refer to the table's ARN.
        resources: ['*'],
        conditions: {
          ArnNotEquals: { 'aws:PrincipalArn': except.map(({ roleArn }) => roleArn) },
          // Every signed request has a principal. DynamoDB's own deletions of expired records (TTL) have none.
          Null: { 'aws:PrincipalArn': 'false' },
        },
      }),
    )
  }
}
