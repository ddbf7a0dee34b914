"""The measuring core: counts of calls, samples, signals, runs, maintenance, reviews and retention."""

from alembic import op
import sqlalchemy as sa


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('drift_reference',
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('end', sa.Date(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_drift_reference_component_id_component')),
    sa.PrimaryKeyConstraint('component_id', name=op.f('pk_drift_reference'))
    )
    op.create_table('figure',
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_figure'))
    )
    op.create_table('audit_sample',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('start_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('end_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('twice', sa.Integer(), nullable=False),
    sa.Column('seed', sa.String(), nullable=False),
    sa.Column('seed_sha256', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('population', sa.BigInteger(), nullable=True),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('committed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('labelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_audit_sample_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_sample')),
    sa.UniqueConstraint('ref', name=op.f('uq_audit_sample_ref'))
    )
    op.create_index(op.f('ix_audit_sample_component_id'), 'audit_sample', ['component_id'], unique=False)

    op.create_table('billed_calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('end', sa.Date(), nullable=False),
    sa.Column('calls', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_billed_calls_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_billed_calls'))
    )
    op.create_index(op.f('ix_billed_calls_component_id'), 'billed_calls', ['component_id'], unique=False)

    op.create_table('call_count',
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('client', sa.String(), nullable=False),
    sa.Column('minute', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempted', sa.BigInteger(), nullable=False),
    sa.Column('dropped', sa.BigInteger(), nullable=False),
    sa.Column('spooled', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_call_count_component_id_component')),
    sa.PrimaryKeyConstraint('component_id', 'client', 'minute', name=op.f('pk_call_count'))
    )
    op.create_table('human_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('prediction_id', sa.String(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('confidence', sa.Float(), nullable=True),
    sa.Column('ai_decision', sa.String(), nullable=False),
    sa.Column('reviewer', sa.String(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_decision', sa.String(), nullable=True),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('final_decision', sa.String(), nullable=True),
    sa.Column('final_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_human_review_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_human_review'))
    )
    op.create_index(op.f('ix_human_review_component_id'), 'human_review', ['component_id'], unique=False)
    op.create_index(op.f('ix_human_review_prediction_id'), 'human_review', ['prediction_id'], unique=False)

    op.create_table('log_column',
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('type', sa.String(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('nulls', sa.Integer(), nullable=False),
    sa.Column('labels', sa.JSON(), nullable=False),
    sa.Column('first_seen', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_log_column_component_id_component')),
    sa.PrimaryKeyConstraint('component_id', 'kind', 'name', name=op.f('pk_log_column'))
    )
    op.create_table('log_deletion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('before', sa.Date(), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('days', sa.JSON(), nullable=False),
    sa.Column('files', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_log_deletion_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_deletion'))
    )
    op.create_index(op.f('ix_log_deletion_component_id'), 'log_deletion', ['component_id'], unique=False)

    op.create_table('maintenance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('announced_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_maintenance_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance'))
    )
    op.create_index(op.f('ix_maintenance_component_id'), 'maintenance', ['component_id'], unique=False)

    op.create_table('risk_day',
    sa.Column('contract_id', sa.Integer(), nullable=False),
    sa.Column('clause', sa.String(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('period', sa.String(), nullable=False),
    sa.Column('day', sa.String(), nullable=False),
    sa.Column('hits', sa.BigInteger(), nullable=False),
    sa.Column('trials', sa.BigInteger(), nullable=False),
    sa.Column('log_e', sa.Float(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_risk_day_component_id_component')),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], name=op.f('fk_risk_day_contract_id_contract')),
    sa.PrimaryKeyConstraint('contract_id', 'clause', 'component_id', 'period', 'day', name=op.f('pk_risk_day'))
    )
    op.create_table('signal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('responses', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_signal_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signal')),
    sa.UniqueConstraint('component_id', 'kind', 'subject', name=op.f('uq_signal_component_id_kind_subject'))
    )
    op.create_index(op.f('ix_signal_component_id'), 'signal', ['component_id'], unique=False)

    op.create_table('update_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('before', sa.String(), nullable=False),
    sa.Column('after', sa.String(), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('salt', sa.String(), nullable=False),
    sa.Column('rule', sa.JSON(), nullable=False),
    sa.Column('rule_sha256', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('result', sa.JSON(), nullable=True),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_update_run_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_update_run')),
    sa.UniqueConstraint('ref', name=op.f('uq_update_run_ref'))
    )
    op.create_index(op.f('ix_update_run_component_id'), 'update_run', ['component_id'], unique=False)

    op.create_table('audit_item',
    sa.Column('sample_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('prediction_id', sa.String(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('twice', sa.Boolean(), nullable=False),
    sa.Column('first_label', sa.String(), nullable=True),
    sa.Column('first_reviewer', sa.String(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('second_label', sa.String(), nullable=True),
    sa.Column('second_reviewer', sa.String(), nullable=False),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['sample_id'], ['audit_sample.id'], name=op.f('fk_audit_item_sample_id_audit_sample')),
    sa.PrimaryKeyConstraint('sample_id', 'position', name=op.f('pk_audit_item'))
    )
    op.create_index(op.f('ix_audit_item_prediction_id'), 'audit_item', ['prediction_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_audit_item_prediction_id'), table_name='audit_item')

    op.drop_table('audit_item')
    op.drop_index(op.f('ix_update_run_component_id'), table_name='update_run')

    op.drop_table('update_run')
    op.drop_index(op.f('ix_signal_component_id'), table_name='signal')

    op.drop_table('signal')
    op.drop_table('risk_day')
    op.drop_index(op.f('ix_maintenance_component_id'), table_name='maintenance')

    op.drop_table('maintenance')
    op.drop_index(op.f('ix_log_deletion_component_id'), table_name='log_deletion')

    op.drop_table('log_deletion')
    op.drop_table('log_column')
    op.drop_index(op.f('ix_human_review_prediction_id'), table_name='human_review')
    op.drop_index(op.f('ix_human_review_component_id'), table_name='human_review')

    op.drop_table('human_review')
    op.drop_table('call_count')
    op.drop_index(op.f('ix_billed_calls_component_id'), table_name='billed_calls')

    op.drop_table('billed_calls')
    op.drop_index(op.f('ix_audit_sample_component_id'), table_name='audit_sample')

    op.drop_table('audit_sample')
    op.drop_table('figure')
    op.drop_table('drift_reference')

