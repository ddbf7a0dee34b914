"""Due diligence: submissions, reviews, decisions, approvals, evidence, links, campaigns and what belongs to them."""

from alembic import op
import sqlalchemy as sa


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reminder',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('noun', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('noun', 'reference', 'due_at', 'days', 'recipient', name=op.f('uq_reminder_noun_reference_due_at_days_recipient'))
    )
    op.create_table('user_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_account')),
    sa.UniqueConstraint('name', name=op.f('uq_user_account_name'))
    )
    op.create_table('campaign',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['pack.id'], name=op.f('fk_campaign_pack_id_pack')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    sa.UniqueConstraint('ref', name=op.f('uq_campaign_ref'))
    )
    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('vendor_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('confidentiality', sa.String(), nullable=False),
    sa.Column('viewers', sa.JSON(), nullable=False),
    sa.Column('delete_on', sa.Date(), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stored_by', sa.String(), nullable=False),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reopened_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['vendor_id'], ['vendor.id'], name=op.f('fk_evidence_vendor_id_vendor')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence')),
    sa.UniqueConstraint('ref', name=op.f('uq_evidence_ref'))
    )
    op.create_index(op.f('ix_evidence_sha256'), 'evidence', ['sha256'], unique=False)
    op.create_index(op.f('ix_evidence_vendor_id'), 'evidence', ['vendor_id'], unique=False)

    op.create_table('approval',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('gate', sa.String(), nullable=False),
    sa.Column('approval', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('audit_sequence', sa.Integer(), nullable=False),
    sa.Column('signature', sa.String(), nullable=False),
    sa.Column('revoked_by', sa.String(), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_approval_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval'))
    )
    op.create_index(op.f('ix_approval_component_id'), 'approval', ['component_id'], unique=False)

    op.create_table('evidence_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('noun', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], name=op.f('fk_evidence_use_evidence_id_evidence')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_use')),
    sa.UniqueConstraint('evidence_id', 'noun', 'reference', 'subject', name=op.f('uq_evidence_use_evidence_id_noun_reference_subject'))
    )
    op.create_index(op.f('ix_evidence_use_reference'), 'evidence_use', ['reference'], unique=False)

    op.create_table('evidence_view',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], name=op.f('fk_evidence_view_evidence_id_evidence')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_view'))
    )
    op.create_index(op.f('ix_evidence_view_evidence_id'), 'evidence_view', ['evidence_id'], unique=False)

    op.create_table('gate_fact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('fact', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('noted_by', sa.String(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cleared_by', sa.String(), nullable=False),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cleared_note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_gate_fact_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gate_fact'))
    )
    op.create_index(op.f('ix_gate_fact_component_id'), 'gate_fact', ['component_id'], unique=False)

    op.create_table('reassessment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('assessment', sa.String(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_reassessment_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reassessment')),
    sa.UniqueConstraint('component_id', 'cause', 'reference', name=op.f('uq_reassessment_component_id_cause_reference'))
    )
    op.create_table('waiver',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('gate', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_by', sa.String(), nullable=False),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_waiver_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiver'))
    )
    op.create_index(op.f('ix_waiver_component_id'), 'waiver', ['component_id'], unique=False)

    op.create_table('decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(), nullable=False),
    sa.Column('recommendation', sa.String(), nullable=False),
    sa.Column('score', sa.JSON(), nullable=False),
    sa.Column('rationale', sa.String(), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('dropped', sa.JSON(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('milder', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_by', sa.String(), nullable=False),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('second_reason', sa.String(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_decision_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    op.create_index(op.f('ix_decision_assessment_id'), 'decision', ['assessment_id'], unique=False)

    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('side', sa.String(), nullable=False),
    sa.Column('internal', sa.Boolean(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('reply_to', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_message_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message'))
    )
    op.create_index(op.f('ix_message_assessment_id'), 'message', ['assessment_id'], unique=False)

    op.create_table('review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('answer_sha256', sa.String(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_by', sa.String(), nullable=False),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('second_reason', sa.String(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_review_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review'))
    )
    op.create_index(op.f('ix_review_assessment_id'), 'review', ['assessment_id'], unique=False)

    op.create_table('risk_acceptance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('component_id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=True),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('rationale', sa.String(), nullable=False),
    sa.Column('monitoring_plan', sa.String(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('score', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approver', sa.String(), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stale_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stale_reason', sa.String(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_risk_acceptance_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['component_id'], ['component.id'], name=op.f('fk_risk_acceptance_component_id_component')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_acceptance'))
    )
    op.create_index(op.f('ix_risk_acceptance_component_id'), 'risk_acceptance', ['component_id'], unique=False)

    op.create_table('section_signoff',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_section_signoff_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_section_signoff'))
    )
    op.create_index(op.f('ix_section_signoff_assessment_id'), 'section_signoff', ['assessment_id'], unique=False)

    op.create_table('submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('signatory', sa.String(), nullable=False),
    sa.Column('signatory_role', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_submission_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission')),
    sa.UniqueConstraint('assessment_id', 'number', name=op.f('uq_submission_assessment_id_number'))
    )
    op.create_table('suggestion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.Column('confidence', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('settled_by', sa.String(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_suggestion_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggestion')),
    sa.UniqueConstraint('assessment_id', 'question', 'value', 'source', 'detail', name=op.f('uq_suggestion_assessment_id_question_value_source_detail'))
    )
    op.create_table('vendor_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('sections', sa.JSON(), nullable=False),
    sa.Column('may_attest', sa.Boolean(), nullable=False),
    sa.Column('created_by', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_vendor_link_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vendor_link')),
    sa.UniqueConstraint('sha256', name=op.f('uq_vendor_link_sha256'))
    )
    op.create_index(op.f('ix_vendor_link_assessment_id'), 'vendor_link', ['assessment_id'], unique=False)

    op.add_column('answer', sa.Column('answered_by', sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column('answer', sa.Column('origin', sa.String(), server_default=sa.text("''"), nullable=False))

    op.add_column('api_token', sa.Column('holder', sa.String(), server_default=sa.text("''"), nullable=False))

    op.add_column('assessment', sa.Column('language', sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column('assessment', sa.Column('contact', sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column('assessment', sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('assessment', sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('assessment', sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('assessment', sa.Column('campaign_id', sa.Integer(), nullable=True))
    op.add_column('assessment', sa.Column('supersedes', sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column('assessment', sa.Column('properties', sa.JSON(), nullable=True))
    op.create_index(op.f('ix_assessment_campaign_id'), 'assessment', ['campaign_id'], unique=False)

    op.add_column('finding', sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('finding', sa.Column('closed_by', sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column('finding', sa.Column('closure', sa.String(), server_default=sa.text("''"), nullable=False))



def downgrade() -> None:
    op.drop_column('finding', 'closure')
    op.drop_column('finding', 'closed_by')
    op.drop_column('finding', 'closed_at')

    op.drop_index(op.f('ix_assessment_campaign_id'), table_name='assessment')
    op.drop_column('assessment', 'properties')
    op.drop_column('assessment', 'supersedes')
    op.drop_column('assessment', 'campaign_id')
    op.drop_column('assessment', 'submitted_at')
    op.drop_column('assessment', 'sent_at')
    op.drop_column('assessment', 'due_at')
    op.drop_column('assessment', 'contact')
    op.drop_column('assessment', 'language')

    op.drop_column('api_token', 'holder')

    op.drop_column('answer', 'origin')
    op.drop_column('answer', 'answered_by')

    op.drop_index(op.f('ix_vendor_link_assessment_id'), table_name='vendor_link')

    op.drop_table('vendor_link')
    op.drop_table('suggestion')
    op.drop_table('submission')
    op.drop_index(op.f('ix_section_signoff_assessment_id'), table_name='section_signoff')

    op.drop_table('section_signoff')
    op.drop_index(op.f('ix_risk_acceptance_component_id'), table_name='risk_acceptance')

    op.drop_table('risk_acceptance')
    op.drop_index(op.f('ix_review_assessment_id'), table_name='review')

    op.drop_table('review')
    op.drop_index(op.f('ix_message_assessment_id'), table_name='message')

    op.drop_table('message')
    op.drop_index(op.f('ix_decision_assessment_id'), table_name='decision')

    op.drop_table('decision')
    op.drop_index(op.f('ix_waiver_component_id'), table_name='waiver')

    op.drop_table('waiver')
    op.drop_table('reassessment')
    op.drop_index(op.f('ix_gate_fact_component_id'), table_name='gate_fact')

    op.drop_table('gate_fact')
    op.drop_index(op.f('ix_evidence_view_evidence_id'), table_name='evidence_view')

    op.drop_table('evidence_view')
    op.drop_index(op.f('ix_evidence_use_reference'), table_name='evidence_use')

    op.drop_table('evidence_use')
    op.drop_index(op.f('ix_approval_component_id'), table_name='approval')

    op.drop_table('approval')
    op.drop_index(op.f('ix_evidence_vendor_id'), table_name='evidence')
    op.drop_index(op.f('ix_evidence_sha256'), table_name='evidence')

    op.drop_table('evidence')
    op.drop_table('campaign')
    op.drop_table('user_account')
    op.drop_table('reminder')
